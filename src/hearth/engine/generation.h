#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hearth/chat/event.h"
#include "hearth/engine/prompt.h"
#include "hearth/engine/sampler.h"

namespace hearth::engine {

/// One answer to be generated.
struct Generation {
  Prompt prompt;
  SamplerOptions sampler;
  std::optional<int> top_logprobs;  ///< of each token; see chat::Request
  std::vector<std::string> stops;
  /// At most this many tokens, 0: the prompt is only read; the rest of the window if unset. More
  /// than the window leaves is clamped, never refused.
  std::optional<int> max_tokens;
  std::string echo;     ///< text that the answer begins with, or empty
  std::string session;  ///< the client's key of the conversation, or empty
  /// Filled with what was sampled, without the token that ended it, before Finished is delivered.
  std::shared_ptr<std::vector<Token>> sampled;
};

/// A generation under way. Dropping it cancels the work: a running prefill piece is aborted (CPU
/// back end) unless others' work is in the same batch, and nothing of it is computed afterwards.
/// The sink is not called any more once the destructor has returned.
class Job {
 public:
  Job() = default;
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;
  virtual ~Job() = default;
};

}  // namespace hearth::engine
