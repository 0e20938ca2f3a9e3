#pragma once

#include <filesystem>
#include <stop_token>
#include <string>

#include "hearth/agent/agent.h"
#include "hearth/agent/eval/eval_setting.h"
#include "hearth/agent/eval/eval_style.h"
#include "hearth/agent/eval/eval_task.h"
#include "hearth/agent/eval/trial_record.h"

namespace hearth::agent {

/// How a trial is run, beside its key.
struct TrialPlan {
  EvalTask task;
  EvalStyle style = EvalStyle::automatic;
  EvalSetting setting;
  TrialKey key;
};

struct TrialPlace {
  std::string server;                    ///< its URL
  std::filesystem::path sessions;        ///< where the sessions' logs are kept
  std::vector<std::string> hidden = {};  ///< folders that no command may look into
  /// Kept from trial to trial: Go compiles its whole standard library into an empty one.
  std::filesystem::path go_cache;
};

/// One trial: a fresh copy of the task's work folder, a session in it as `hearth -p` has it, all
/// allowed within the sandbox and without network; then the task's own tests are put back, and its
/// check judges, in the sandbox too.
/// Errors, with which there is nothing to record: cancelled when `stop` was requested; unavailable
/// without a sandbox, or where the server does not answer; io.
Result<TrialRecord> run_eval_trial(const TrialPlan& plan, const TrialPlace& place,
                                   const AgentNeeds& needs, const std::stop_token& stop);

}  // namespace hearth::agent
