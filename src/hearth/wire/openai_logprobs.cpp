#include "hearth/wire/openai_logprobs.h"

#include <climits>

#include <algorithm>
#include <charconv>
#include <limits>

#include "hearth/base/utf8.h"

namespace hearth::wire {
namespace {

constexpr double never = -std::numeric_limits<double>::infinity();
/// What the API has for "never".
constexpr double least_bias = -100;
/// More are refused: each is searched for in the whole vocabulary.
constexpr int most_top = 100;

std::optional<int> as_number(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Reports what is wrong with it.
void add_bias(std::variant<int, std::string> token, const json::value& bias,
              const std::string& path, Problems& problems, std::vector<chat::LogitBias>& biases) {
  if (bias.is_number()) {
    biases.push_back({std::move(token), bias.to_number<double>()});
  } else if (bias.is_bool() && !bias.get_bool()) {
    biases.push_back({std::move(token), never});
  } else {
    problems.expected(path, "a number, or false for never", &bias);
  }
}

/// JSON can only hold what is valid UTF-8; the bytes tell the rest.
json::object token_text(const std::string& text) {
  json::array bytes;
  for (const char byte : text) bytes.emplace_back(static_cast<unsigned char>(byte));
  return {{"token", to_valid_utf8(text)}, {"bytes", std::move(bytes)}};
}

json::object token_object(const chat::TokenProbability& token) {
  json::object object = token_text(token.text);
  if (token.id >= 0) object["id"] = token.id;
  object["logprob"] = token.logprob;
  return object;
}

chat::TokenProbability token_of(const json::object& object) {
  chat::TokenProbability token;
  token.text = std::string(find_string(object, "token").value_or(""));
  if (const json::array* bytes = find_array(object, "bytes")) {
    token.text.clear();
    for (const json::value& byte : *bytes) {
      if (byte.is_int64()) token.text += static_cast<char>(byte.get_int64());
    }
  }
  token.id = static_cast<int>(find_int(object, "id").value_or(-1));
  token.logprob = find_number(object, "logprob").value_or(0);
  return token;
}

}  // namespace

std::vector<chat::LogitBias> decode_logit_bias(Fields& body) {
  std::vector<chat::LogitBias> biases;
  const json::value* value = body.value("logit_bias");
  if (value == nullptr) return biases;
  Problems& problems = body.problems();
  const std::string path = body.at("logit_bias");
  if (const json::object* object = value->if_object()) {
    for (const auto& member : *object) {
      const auto number = as_number(member.key());
      add_bias(number ? std::variant<int, std::string>(*number) : std::string(member.key()),
               member.value(), path + "." + std::string(member.key()), problems, biases);
    }
  } else if (const json::array* pairs = value->if_array()) {
    for (std::size_t i = 0; i < pairs->size() && !problems.any(); ++i) {
      const std::string at = problems.item(path, i);
      const json::array* pair = (*pairs)[i].if_array();
      if (pair == nullptr || pair->size() != 2) {
        problems.expected(at, "a pair of a token and its bias", &(*pairs)[i]);
      } else if (const json::string* text = (*pair)[0].if_string()) {
        add_bias(std::string(*text), (*pair)[1], at, problems, biases);
      } else if (const std::int64_t* token = (*pair)[0].if_int64();
                 token != nullptr && *token >= 0 && *token <= INT_MAX) {
        add_bias(static_cast<int>(*token), (*pair)[1], at, problems, biases);
      } else {
        problems.expected(at, "a token's number or its text", &(*pair)[0]);
      }
    }
  } else {
    problems.expected(path, "an object or an array", value);
  }
  return biases;
}

json::object encode_logit_bias(const std::vector<chat::LogitBias>& biases) {
  json::object object;
  for (const chat::LogitBias& bias : biases) {
    const int* number = std::get_if<int>(&bias.token);
    const std::string key =
        number != nullptr ? std::to_string(*number) : std::get<std::string>(bias.token);
    object[key] = std::max(bias.bias, least_bias);
  }
  return object;
}

std::optional<int> decode_chat_logprobs(Fields& body) {
  const bool wanted = body.boolean("logprobs");
  const auto top = body.integer("top_logprobs", 0, INT_MAX);
  Problems& problems = body.problems();
  if (top && *top > most_top) problems.report("top_logprobs", "at most 100 are told");
  if (!wanted) {
    if (top && *top > 0) problems.report("top_logprobs", "it needs \"logprobs\": true");
    return std::nullopt;
  }
  return top.value_or(0);
}

json::value chat_logprobs(const std::vector<chat::SampledToken>& tokens) {
  if (tokens.empty()) return nullptr;
  json::array content;
  for (const chat::SampledToken& token : tokens) {
    json::object object = token_object(token.chosen);
    json::array top;
    for (const chat::TokenProbability& other : token.top) top.push_back(token_object(other));
    object["top_logprobs"] = std::move(top);
    content.push_back(std::move(object));
  }
  return json::object{{"content", std::move(content)}};
}

std::vector<chat::SampledToken> tokens_of_chat_logprobs(const json::object& choice) {
  std::vector<chat::SampledToken> tokens;
  const json::object* logprobs = find_object(choice, "logprobs");
  const json::array* content = logprobs == nullptr ? nullptr : find_array(*logprobs, "content");
  if (content == nullptr) return tokens;
  for (const json::value& item : *content) {
    const json::object* object = item.if_object();
    if (object == nullptr) continue;
    chat::SampledToken& token = tokens.emplace_back();
    token.chosen = token_of(*object);
    const json::array* top = find_array(*object, "top_logprobs");
    for (std::size_t i = 0; top != nullptr && i < top->size(); ++i) {
      if (const json::object* other = (*top)[i].if_object()) token.top.push_back(token_of(*other));
    }
  }
  return tokens;
}

json::value completion_logprobs(const std::vector<chat::SampledToken>& tokens, std::size_t offset) {
  if (tokens.empty()) return nullptr;
  json::array texts;
  json::array logprobs;
  json::array tops;
  json::array offsets;
  for (const chat::SampledToken& token : tokens) {
    texts.emplace_back(to_valid_utf8(token.chosen.text));
    logprobs.emplace_back(token.chosen.logprob);
    json::object top;
    for (const chat::TokenProbability& other : token.top) {
      top[to_valid_utf8(other.text)] = other.logprob;
    }
    tops.push_back(std::move(top));
    offsets.emplace_back(offset);
    offset += token.chosen.text.size();
  }
  return json::object{{"tokens", std::move(texts)},
                      {"token_logprobs", std::move(logprobs)},
                      {"top_logprobs", std::move(tops)},
                      {"text_offset", std::move(offsets)}};
}

}  // namespace hearth::wire
