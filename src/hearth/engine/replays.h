#pragma once

#include <cstdint>
#include <filesystem>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "hearth/chat/message.h"
#include "hearth/engine/replay_file.h"
#include "hearth/engine/weights.h"

namespace hearth::engine {

/// Remembers which tokens an assistant message was sampled as, so that a later prompt holds the
/// same ones: a template may write a call otherwise than the model did, and a text may be cut into
/// tokens in more than one way. Shared by the instances of a model. Thread-safe.
class Replays {
 public:
  /// Takes in what `path` holds, and keeps what is remembered from now on there, too. Errors: io;
  /// nothing is kept beyond this process then.
  Result<void> keep_in(const std::filesystem::path& path);

  /// An answer as it was made.
  struct Answer {
    std::vector<Token> prompt;
    std::vector<Token> sampled;  ///< without the token that ended it
    std::string text;
    std::string thinking;
    std::string call_id;  ///< of the first tool call; empty: none
  };
  void remember(const Weights& weights, const Answer& answer);
  /// Forgets everything, in the file, too.
  void clear();

  /// `tokens` (the rendered `messages`) with each assistant message that is known, and whose prompt
  /// stands before it unchanged, as it was sampled. One whose thoughts the template leaves out
  /// stays as rendered. Cost: a hash of the prompt for each known message.
  [[nodiscard]] std::vector<Token> replay(const Weights& weights,
                                          const std::vector<chat::Message>& messages,
                                          std::vector<Token> tokens);

 private:
  using Records = std::list<Replay>;

  [[nodiscard]] static bool put_back(const Weights& weights, const Replay& record,
                                     std::vector<Token>& tokens);

  void take_in(Replay record);

  std::mutex mutex_;
  std::unique_ptr<ReplayFile> file_;  ///< may be null
  Records records_;                   ///< newest first
  std::unordered_multimap<std::string, Records::iterator> by_key_;
  std::size_t n_tokens_ = 0;
};

}  // namespace hearth::engine
