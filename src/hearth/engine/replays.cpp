#include "hearth/engine/replays.h"

#include <algorithm>

#include <xxhash.h>

#include "hearth/base/trimmed.h"

namespace hearth::engine {
namespace {

/// Of all sampled tokens together: some megabytes.
constexpr std::size_t most_tokens = 2'000'000;
constexpr std::size_t thinking_compared = 40;

std::uint64_t hash_of(const Token* tokens, std::size_t n) {
  return XXH3_64bits(tokens, n * sizeof(Token));
}

/// Clients send calls back with their ids and their arguments written anew, so the id counts and
/// not the bytes; a plain text comes back as it was.
std::string key_of(std::string_view call_id, std::string_view text) {
  if (!call_id.empty()) return "call " + std::string(call_id);
  const std::string_view words = trimmed(text);
  if (words.empty()) return {};
  return "text " + std::to_string(XXH3_64bits(words.data(), words.size()));
}

std::string key_of(const chat::Message& message) {
  for (const chat::Block& block : message.content) {
    if (const auto* call = std::get_if<chat::ToolUseBlock>(&block)) return key_of(call->id, {});
  }
  return key_of({}, chat::text_of(message));
}

}  // namespace

void Replays::remember(const Weights& weights, const Answer& answer) {
  Replay record;
  record.key = key_of(answer.call_id, answer.text);
  if (record.key.empty() || answer.sampled.empty()) return;
  record.n_prompt = answer.prompt.size();
  record.prompt_hash = hash_of(answer.prompt.data(), answer.prompt.size());
  record.sampled = answer.sampled;
  record.thinking = trimmed(answer.thinking).substr(0, thinking_compared);
  const Token turn = weights.turn_token(answer.prompt);
  record.n_turns = static_cast<std::uint32_t>(std::ranges::count(answer.sampled, turn));

  const std::lock_guard lock(mutex_);
  if (file_) file_->append(record);
  take_in(std::move(record));
}

void Replays::clear() {
  const std::lock_guard lock(mutex_);
  by_key_.clear();
  records_.clear();
  n_tokens_ = 0;
  if (file_) file_->clear();
}

Result<void> Replays::keep_in(const std::filesystem::path& path) {
  const std::lock_guard lock(mutex_);
  auto opened = ReplayFile::open(path, most_tokens);
  if (!opened) return pass_on(opened);
  file_ = std::move(opened->file);
  for (Replay& record : opened->replays) take_in(std::move(record));
  return {};
}

void Replays::take_in(Replay record) {
  n_tokens_ += record.sampled.size();
  records_.push_front(std::move(record));
  by_key_.emplace(records_.front().key, records_.begin());
  while (n_tokens_ > most_tokens) {
    const auto oldest = std::prev(records_.end());
    const auto [begin, end] = by_key_.equal_range(oldest->key);
    by_key_.erase(std::find_if(begin, end, [&](const auto& at) { return at.second == oldest; }));
    n_tokens_ -= oldest->sampled.size();
    records_.erase(oldest);
  }
}

std::vector<Token> Replays::replay(const Weights& weights,
                                   const std::vector<chat::Message>& messages,
                                   std::vector<Token> tokens) {
  const std::lock_guard lock(mutex_);
  for (const chat::Message& message : messages) {
    if (message.role != chat::Role::assistant) continue;
    const auto [begin, end] = by_key_.equal_range(key_of(message));
    for (auto found = begin; found != end; ++found) {
      const Replay& record = *found->second;
      if (record.n_prompt >= tokens.size()) continue;
      if (hash_of(tokens.data(), record.n_prompt) != record.prompt_hash) continue;
      if (put_back(weights, record, tokens)) break;
    }
  }
  return tokens;
}

/// The rendered message ends at the last mark before the next turn: what the template
/// closes it with, and what follows, stays as rendered. False if there is no such end, or what was
/// thought is not there.
bool Replays::put_back(const Weights& weights, const Replay& record, std::vector<Token>& tokens) {
  const Token turn = weights.turn_token(tokens);
  auto next = tokens.begin() + static_cast<std::ptrdiff_t>(record.n_prompt);
  const auto begin = next;
  for (std::uint32_t turns = 0;; ++next) {
    next = std::find(next, tokens.end(), turn);
    if (next == tokens.end()) return false;
    if (turns++ == record.n_turns) break;
  }
  auto close = next;
  while (close != begin && !weights.is_mark(*(close - 1))) --close;
  if (close == begin) return false;
  --close;
  if (!record.thinking.empty()) {
    std::string text;
    for (auto token = begin; token != close; ++token) {
      text += weights.piece(*token, Weights::Special::as_tokens);
    }
    if (text.find(record.thinking) == std::string::npos) return false;
  }
  std::vector<Token> replayed(tokens.begin(), begin);
  replayed.insert(replayed.end(), record.sampled.begin(), record.sampled.end());
  replayed.insert(replayed.end(), close, tokens.end());
  tokens = std::move(replayed);
  return true;
}

}  // namespace hearth::engine
