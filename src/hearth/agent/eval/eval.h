#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "hearth/agent/agent.h"
#include "hearth/agent/eval/eval_setting.h"
#include "hearth/agent/eval/eval_style.h"
#include "hearth/agent/eval/eval_task.h"
#include "hearth/base/error.h"

namespace hearth::agent {

/// Every task is tried with every model in every style with every setting, `repeats` times.
struct EvalOptions {
  std::filesystem::path tasks;
  TaskFilter filter;
  std::vector<std::string> models;    ///< empty: what the server offers first
  std::vector<EvalStyle> styles;      ///< empty: what the profile in force does
  std::vector<EvalSetting> settings;  ///< empty: the profile as it is
  int repeats = 1;
  std::int64_t seed = 1;  ///< of the first trial of each; each further one has the next
  int max_turns = 30;
  int time_limit_seconds = 900;  ///< for a session
  std::string server;            ///< as in AgentOptions
  std::filesystem::path out;     ///< the results, one JSON object a line
  bool as_json = false;          ///< the summary as JSON on standard output, in place of a table
  /// Where the profile that was measured is put, if anywhere.
  std::optional<std::filesystem::path> profiles;
};

/// Runs the trials that `options.out` does not hold yet, one after the other, and shows what all of
/// them came to. Ctrl-C ends it before the next trial; the same call goes on.
/// Errors: cancelled; those of load_tasks(), ResultsFile, reach_server() and run_eval_trial().
Result<void> run_eval(const EvalOptions& options, const AgentNeeds& needs);

}  // namespace hearth::agent
