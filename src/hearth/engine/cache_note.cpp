#include "hearth/engine/cache_note.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "hearth/base/utf8.h"

namespace hearth::engine {
namespace {

constexpr std::size_t most_sessions = 64;
/// Tokens of context that are shown.
constexpr int shown_tokens = 12;

/// On one line, and valid UTF-8 whatever token it begins with.
std::string quoted(const Weights& weights, const std::vector<Token>& tokens, int from) {
  std::string text;
  const int to = std::min(from + shown_tokens, static_cast<int>(tokens.size()));
  for (int i = from; i < to; ++i) {
    text += weights.piece(tokens[static_cast<std::size_t>(i)], Weights::Special::as_tokens);
  }
  text = to_valid_utf8(text);
  std::ranges::replace_if(text, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return "«" + text + "»";
}

bool has_digit(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

}  // namespace

std::string reuse_in_words(const kv::Lease& lease, int n_prompt) {
  if (lease.reused == 0) {
    return lease.known > 1 ? fmt::format(
                                 "nothing reused; the first {} tokens were known, but there "
                                 "was no point to resume from",
                                 lease.known)
                           : "nothing of this prompt was known";
  }
  const int on_device = lease.reused - lease.from_host - lease.from_disk;
  std::vector<std::string> parts;
  if (on_device > 0) parts.push_back(fmt::format("{} on the device", on_device));
  if (lease.from_host > 0) parts.push_back(fmt::format("{} from host memory", lease.from_host));
  if (lease.from_disk > 0) parts.push_back(fmt::format("{} from disk", lease.from_disk));
  std::string words =
      fmt::format("{} of {} tokens reused ({})", lease.reused, n_prompt, fmt::join(parts, ", "));
  // The last token of a prompt is always computed.
  const int unresumed = std::min(lease.known, n_prompt - 1) - lease.reused;
  if (unresumed > 0) {
    words += fmt::format("; {} more were known, but the nearest point to resume from was here",
                         unresumed);
  }
  return words;
}

std::string new_in_words(const Weights& weights, const std::vector<Token>& prompt, int known) {
  const int n_new = static_cast<int>(prompt.size()) - known;
  if (known == 0 || n_new <= 1) return {};
  const std::vector<int> turns = weights.turn_starts(prompt);
  const auto turn = 1 + std::ranges::count_if(turns, [&](int start) { return start <= known; });
  return fmt::format("{} are new, from message {} on: {}", n_new, turn,
                     quoted(weights, prompt, known));
}

std::string LastPrompts::compare(const std::string& session, const std::vector<Token>& prompt) {
  if (session.empty()) return {};
  Last& last = sessions_[session];
  const auto common =
      static_cast<int>(std::ranges::mismatch(last.tokens, prompt).in1 - last.tokens.begin());
  // What ends a prompt (the beginning of an answer) is often written otherwise in the next.
  constexpr int end_of_prompt = 8;
  std::string words;
  if (common + end_of_prompt < static_cast<int>(last.tokens.size()) &&
      common + 1 < static_cast<int>(prompt.size())) {
    words = describe(last.tokens, prompt, common);
  }
  last.tokens = prompt;
  last.use = ++uses_;
  if (sessions_.size() > most_sessions) {
    sessions_.erase(std::ranges::min_element(
        sessions_, {}, [](const auto& session_and_last) { return session_and_last.second.use; }));
  }
  return words;
}

std::string LastPrompts::describe(const std::vector<Token>& before, const std::vector<Token>& now,
                                  int common) const {
  const std::vector<int> turns = weights_.turn_starts(now);
  const auto turn = 1 + std::ranges::count_if(turns, [&](int start) { return start <= common; });
  const std::string was = quoted(weights_, before, common);
  const std::string is = quoted(weights_, now, common);
  std::string cause;
  if (turn == 1) {
    cause = has_digit(was) && has_digit(is)
                ? " A date, a time or a counter in the system prompt does this."
                : " The system prompt or the tools were changed.";
  } else if (was.find("<think>") != std::string::npos || is.find("<think>") != std::string::npos) {
    cause = " The template left out the thoughts of an earlier turn.";
  }
  return fmt::format(
      "it leaves this session's last prompt at token {} of {}, in message {}: there was {}, now "
      "there is {}.{}",
      common, before.size(), turn, was, is, cause);
}

}  // namespace hearth::engine
