#include "hearth/wire/overflow.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace hearth::wire {
namespace {

constexpr std::string_view opening = "prompt is too long";

constexpr std::array<std::string_view, 3> overflow_names{
    "context_length_exceeded", "exceed_context_size_error", "context_too_long"};

/// What comes before or around the largest length, in lower case.
constexpr std::array<std::string_view, 12> overflow_phrases{
    "maximum context length",            // OpenAI, vLLM, OpenRouter, DeepSeek
    "available context size",            // llama.cpp
    "model's context length",            // SGLang
    "context length of only",            // LM Studio
    "greater than the context length",   // likewise
    "maximum number of tokens allowed",  // Gemini
    "context window",
    "context limit of",
    "prompt is too long",
    "too many tokens",
    "input is too long",
    "prompt too long",
};

struct Number {
  std::size_t at = 0;  ///< where it ends
  std::uint64_t value = 0;
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// The whole numbers of `text`, with or without commas between thousands; not those in a name such
/// as gpt-4-0613.
std::vector<Number> numbers_in(std::string_view text) {
  constexpr std::uint64_t most = 1'000'000'000;
  std::vector<Number> numbers;
  for (std::size_t i = 0; i < text.size();) {
    if (!is_digit(text[i])) {
      ++i;
      continue;
    }
    std::uint64_t value = 0;
    const std::size_t began = i;
    for (; i < text.size() &&
           (is_digit(text[i]) || (text[i] == ',' && i + 1 < text.size() && is_digit(text[i + 1])));
         ++i) {
      if (is_digit(text[i])) value = std::min(most, value * 10 + (text[i] - '0'));
    }
    const char before = began > 0 ? text[began - 1] : ' ';
    if (std::isalpha(static_cast<unsigned char>(before)) == 0 && before != '-' && before != '.') {
      numbers.push_back({i, value});
    }
  }
  return numbers;
}

struct Lengths {
  std::uint64_t tokens = 0;
  std::uint64_t maximum = 0;
};

/// The maximum is the first number behind the phrase that ends at `from`, or the smallest; the
/// prompt's length is the first that is larger.
std::optional<Lengths> lengths_in(std::string_view text, std::size_t from) {
  constexpr std::uint64_t least_window = 128;
  auto numbers = numbers_in(text);
  std::erase_if(numbers, [](const Number& number) { return number.value < least_window; });
  if (numbers.size() < 2) return std::nullopt;
  const auto behind =
      std::ranges::find_if(numbers, [from](const Number& number) { return number.at > from; });
  const auto larger_than = [&](std::uint64_t maximum) -> std::optional<Lengths> {
    for (const Number& number : numbers) {
      if (number.value > maximum) return Lengths{number.value, maximum};
    }
    return std::nullopt;
  };
  if (behind != numbers.end()) {
    if (const auto found = larger_than(behind->value)) return found;
  }
  return larger_than(std::ranges::min(numbers, {}, &Number::value).value);
}

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

bool has_name(const json::object* object) {
  if (object == nullptr) return false;
  return std::ranges::any_of(std::array{"code", "type"}, [&](const char* key) {
    const auto name = find_string(*object, key);
    return name && std::ranges::find(overflow_names, *name) != overflow_names.end();
  });
}

/// It is the room for the answer that is asked too large, which a shorter prompt does not mend.
bool is_about_the_answer(std::string_view lower) {
  return lower.starts_with("max_tokens") || lower.starts_with("'max_tokens'") ||
         lower.starts_with("`max_tokens`");
}

}  // namespace

Error prompt_too_long(std::size_t tokens, std::size_t maximum) {
  return {ErrorKind::invalid_request,
          fmt::format("{}: {} tokens > {} maximum", opening, tokens, maximum)};
}

bool is_overflow(const Error& error) {
  return error.kind == ErrorKind::invalid_request && error.message.starts_with(opening);
}

std::optional<Error> overflow_of(std::string_view words, const json::object* object) {
  const std::string lower = in_lower_case(words);
  std::size_t phrase_end = std::string::npos;
  for (const std::string_view phrase : overflow_phrases) {
    const std::size_t at = lower.find(phrase);
    if (at == std::string::npos) continue;
    phrase_end = at + phrase.size();
    break;
  }
  const bool said = phrase_end != std::string::npos && !is_about_the_answer(lower);
  if (!said && !has_name(object)) return std::nullopt;
  if (object != nullptr) {
    const auto tokens = find_int(*object, "n_prompt_tokens");
    const auto maximum = find_int(*object, "n_ctx");
    if (tokens && maximum && *tokens > *maximum && *maximum > 0) {
      return prompt_too_long(static_cast<std::size_t>(*tokens), static_cast<std::size_t>(*maximum));
    }
  }
  if (const auto lengths = lengths_in(lower, said ? phrase_end : 0)) {
    return prompt_too_long(lengths->tokens, lengths->maximum);
  }
  if (lower.starts_with(opening)) {
    return Error{ErrorKind::invalid_request,
                 fmt::format("{}{}", opening, words.substr(opening.size()))};
  }
  return Error{ErrorKind::invalid_request, fmt::format("{}: {}", opening, words)};
}

}  // namespace hearth::wire
