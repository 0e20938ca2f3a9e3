#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "hearth/engine/weights.h"
#include "hearth/kv/prefix_cache.h"

namespace hearth::engine {

/// What of a prompt was reused and from which tier, and what was known but could not be resumed
/// from, in words.
[[nodiscard]] std::string reuse_in_words(const kv::Lease& lease, int n_prompt);

/// Where what nobody had read before begins in `prompt`, whose first `known` tokens are known.
/// Empty if only its last token may be new.
[[nodiscard]] std::string new_in_words(const Weights& weights, const std::vector<Token>& prompt,
                                       int known);

/// Remembers each conversation's last prompt, to say where the next one leaves it. Owned by the
/// engine's thread.
class LastPrompts {
 public:
  explicit LastPrompts(const Weights& weights) : weights_(weights) {}

  /// Where `prompt` (of `session`) first differs from the session's last one before that one's end:
  /// the place, what stood there and what stands there now, and what may have caused it. Empty if
  /// it only goes on, for a new session, or without a session. `prompt` is the last one from then
  /// on.
  [[nodiscard]] std::string compare(const std::string& session, const std::vector<Token>& prompt);

 private:
  struct Last {
    std::vector<Token> tokens;
    std::uint64_t use = 0;
  };
  [[nodiscard]] std::string describe(const std::vector<Token>& before,
                                     const std::vector<Token>& now, int common) const;

  const Weights& weights_;
  std::map<std::string, Last> sessions_;
  std::uint64_t uses_ = 0;
};

}  // namespace hearth::engine
