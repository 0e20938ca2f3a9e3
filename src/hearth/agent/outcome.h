#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hearth/base/error.h"
#include "hearth/base/json.h"
#include "hearth/chat/event.h"

namespace hearth::agent {

/// A call that was not run, since it was not allowed.
struct DeniedCall {
  std::string tool;
  std::string id;
  std::string arguments;  ///< JSON
};

/// How a run ended.
struct Outcome {
  enum class End {
    success,
    not_solved,
    max_turns,
    limit,
    interrupted,
    no_structured_output,  ///< the model did not give its result in the form it was asked for in
    error
  };
  End end = End::success;
  std::string text;            ///< the model's last words, or what was found out
  bool was_said = true;        ///< the text was an answer in words, which a person saw already
  int turns = 0;               ///< requests to the model
  int requests = 0;            ///< the same with those of subagents
  chat::Usage usage;           ///< of all of them
  double reading_ms = 0;       ///< until the answers began
  int last_prompt_tokens = 0;  ///< of the last request alone
  std::optional<bool> solved;  ///< where there was a check: whether it passes now
  int malformed_calls = 0;     ///< of an unknown tool, or with arguments that it does not take
  std::vector<DeniedCall> denied = {};
  /// The result as JSON, where one was asked for.
  std::optional<json::value> structured = {};
  /// What the server failed with, if that ended it.
  std::optional<ErrorKind> server_error;
  std::string stop_reason = "end_turn";
  double duration_ms = 0;
  std::string session_id;
  [[nodiscard]] bool good() const { return end == End::success; }
};

/// The tokens that the server had to compute.
inline std::int64_t computed_tokens(const chat::Usage& usage) {
  return std::int64_t{usage.prompt_tokens} - usage.reused_tokens + usage.output_tokens;
}

/// Of a run that could not begin.
inline Outcome outcome_of(const Error& error) {
  Outcome outcome;
  outcome.end = Outcome::End::error;
  outcome.stop_reason = "error";
  outcome.text = error.message;
  return outcome;
}

}  // namespace hearth::agent
