#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "hearth/base/error.h"
#include "hearth/base/json.h"
#include "hearth/chat/event.h"

namespace hearth::agent {

/// Which trial it is. Two with equal keys are the same trial: one of them is enough.
struct TrialKey {
  std::string model;
  std::string style;
  std::string setting;  ///< EvalSetting::name()
  std::string task;
  int repeat = 1;  ///< from 1
  std::int64_t seed = 0;
  int max_turns = 0;
  int time_limit_seconds = 0;

  auto operator<=>(const TrialKey&) const = default;
};

/// What became of a trial.
struct TrialRecord {
  TrialKey key;
  std::string kind;
  std::string language;
  bool solved = false;      ///< the check passed, with its own tests
  std::string check;        ///< "passed", "failed", "timed out"
  std::string stop_reason;  ///< why the session ended; "time_limit" at the limit
  int turns = 0;
  int requests = 0;  ///< to the model
  chat::Usage usage;
  double seconds = 0;  ///< of the session, without the check
  int malformed_calls = 0;
  std::string session;  ///< its id
  std::string result;   ///< the session's last words, shortened
  std::int64_t ended_ms = 0;
};

json::object as_json(const TrialRecord& record);
/// Errors: invalid_request, saying what is missing.
Result<TrialRecord> trial_record_from(const json::value& value);

}  // namespace hearth::agent
