#pragma once

#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "hearth/chat/message.h"
#include "hearth/engine/weights.h"

namespace hearth::engine {

/// Remembers which tokens an assistant message was sampled as, so that a later prompt holds the
/// same ones: a template may write a call otherwise than the model did, and a text may be cut into
/// tokens in more than one way. Thread-safe.
class Replays {
 public:
  /// An answer as it was made.
  struct Answer {
    std::vector<Token> prompt;
    std::vector<Token> sampled;  ///< without the token that ended it
    std::string text;
    std::string thinking;
    std::string call_id;  ///< of the first tool call; empty: none
  };
  void remember(const Weights& weights, const Answer& answer);

  /// `tokens` (the rendered `messages`) with each assistant message that is known, and whose prompt
  /// stands before it unchanged, as it was sampled. One whose thoughts the template leaves out
  /// stays as rendered. Cost: a hash of the prompt for each known message.
  [[nodiscard]] std::vector<Token> replay(const Weights& weights,
                                          const std::vector<chat::Message>& messages,
                                          std::vector<Token> tokens);

 private:
  struct Record {
    std::string key;
    std::size_t n_prompt = 0;
    std::uint64_t prompt_hash = 0;
    std::vector<Token> sampled;
    std::string thinking;  ///< its beginning
    int n_turns = 0;       ///< turn tokens within `sampled`
  };
  using Records = std::list<Record>;

  [[nodiscard]] static bool put_back(const Weights& weights, const Record& record,
                                     std::vector<Token>& tokens);

  std::mutex mutex_;
  Records records_;  ///< newest first
  std::unordered_multimap<std::string, Records::iterator> by_key_;
  std::size_t n_tokens_ = 0;
};

}  // namespace hearth::engine
