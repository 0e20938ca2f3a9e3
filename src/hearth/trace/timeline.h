#pragma once

#include <vector>

#include "hearth/base/error.h"
#include "hearth/kv/token.h"
#include "hearth/trace/session.h"

namespace hearth::trace {

/// One request in the order of all.
struct Step {
  double seconds = 0;
  std::size_t session = 0;
  const Request* request = nullptr;
  /// Its blocks; those of different sessions are different.
  std::vector<kv::Token> blocks;
  int n_seen = 0;  ///< blocks at its front that its session had before
};

struct Timeline {
  int block_tokens = 64;
  std::vector<Step> steps;  ///< by time
  std::size_t n_blocks = 0;
  std::size_t longest = 0;  ///< blocks of the longest prompt
};

/// Plays `conversations` sessions at once: each of so many slots takes the next session of the list
/// when its last one has ended. Within a session requests come at the session's own times.
/// `sessions` must outlive it. Errors: invalid_request (no requests, block sizes that differ).
[[nodiscard]] Result<Timeline> make_timeline(const std::vector<Session>& sessions,
                                             int conversations);

}  // namespace hearth::trace
