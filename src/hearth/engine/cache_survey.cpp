#include "hearth/engine/cache_survey.h"

#include <algorithm>

#include "hearth/base/utf8.h"
#include "hearth/kv/grid_blocks.h"

namespace hearth::engine {
namespace {

constexpr std::size_t shown_bytes = 60;

/// The text of tokens [from, end), on one line, cut at `shown_bytes`.
std::string words_at(const Weights& weights, const std::vector<Token>& tokens, int from) {
  std::string text;
  for (auto i = static_cast<std::size_t>(from); i < tokens.size(); ++i) {
    text += weights.piece(tokens[i], Weights::Special::as_text);
    if (text.size() >= shown_bytes) break;
  }
  text.resize(std::min(text.size(), shown_bytes));
  text.resize(text.size() - incomplete_utf8_tail(text));
  text = to_valid_utf8(text);
  std::ranges::replace_if(text, [](unsigned char c) { return c < ' '; }, ' ');
  const auto first = text.find_first_not_of(' ');
  return first == std::string::npos ? std::string() : text.substr(first);
}

int on_device(const std::vector<std::vector<Token>>& sequences, const std::vector<Token>& tokens) {
  std::ptrdiff_t longest = 0;
  for (const auto& held : sequences) {
    longest = std::max(longest, std::ranges::mismatch(held, tokens).in1 - held.begin());
  }
  return static_cast<int>(longest);
}

}  // namespace

CacheSurvey survey_memory(const Weights& weights, ModelMemory& memory,
                          const std::vector<std::vector<Token>>& sequences, int grid,
                          std::size_t most_conversations) {
  CacheSurvey survey;
  survey.totals = memory.archive.totals();
  const kv::Archive::Branches branches = memory.archive.branches(most_conversations);
  survey.n_conversations = branches.n_all;
  for (const kv::Branch& branch : branches.likeliest) {
    const std::vector<Token> tokens =
        grid > 0 ? kv::bound_blocks(branch.tokens, grid) : branch.tokens;
    const int n_tokens = static_cast<int>(tokens.size());
    survey.conversations.push_back({.n_tokens = n_tokens,
                                    .n_own = branch.own,
                                    .n_device = on_device(sequences, tokens),
                                    .host_bytes = branch.host_bytes,
                                    .disk_bytes = branch.disk_bytes,
                                    .uses = branch.uses,
                                    .idle_seconds = branch.idle_seconds,
                                    .read_seconds = memory.cost.seconds(0, n_tokens),
                                    .begins = words_at(weights, tokens, n_tokens - branch.own)});
  }
  return survey;
}

}  // namespace hearth::engine
