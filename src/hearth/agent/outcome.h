#pragma once

#include <optional>
#include <string>

#include "hearth/base/error.h"
#include "hearth/chat/event.h"

namespace hearth::agent {

/// How a run ended.
struct Outcome {
  enum class End { success, not_solved, max_turns, interrupted, error };
  End end = End::success;
  std::string text;  ///< the model's last words, or what was found out
  int turns = 0;     ///< requests to the model
  chat::Usage usage;
  int last_prompt_tokens = 0;  ///< of the last request alone
  std::optional<bool> solved;  ///< where there was a check: whether it passes now
  std::string stop_reason = "end_turn";
  double duration_ms = 0;
  std::string session_id;
  [[nodiscard]] bool good() const { return end == End::success; }
};

/// Of a run that could not begin.
inline Outcome outcome_of(const Error& error) {
  Outcome outcome;
  outcome.end = Outcome::End::error;
  outcome.stop_reason = "error";
  outcome.text = error.message;
  return outcome;
}

}  // namespace hearth::agent
