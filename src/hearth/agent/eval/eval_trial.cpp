#include "hearth/agent/eval/eval_trial.h"

#include <fmt/format.h>

#include <utility>

#include "hearth/agent/plain_text.h"
#include "hearth/agent/process.h"
#include "hearth/agent/session/begin_session.h"
#include "hearth/base/clock.h"
#include "hearth/base/file.h"
#include "hearth/base/temporary_folder.h"

namespace hearth::agent {
namespace fs = std::filesystem;
namespace {

constexpr std::chrono::seconds check_limit{180};

/// A session shows itself to nobody.
class NoOutput final : public Output {
 public:
  void session(const SessionInfo&) override {}
  void status(std::string_view) override {}
  void progress(std::string_view) override {}
  void text(std::string_view) override {}
  void message(const chat::Message&, const chat::Usage&) override {}
  void tool_call(const ShownCall&) override {}
  void tool_result(const chat::ToolResultBlock&, const ToolResult&) override {}
  void diff(std::string_view) override {}
  void finished(const Outcome&) override {}
};

/// Failures of the server that say nothing about the model.
bool tells_nothing(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid_request:
    case ErrorKind::too_large: return false;
    default: return true;
  }
}

Result<fs::path> copy_of_work(const EvalTask& task, const TemporaryFolder& base) {
  fs::path copy = base.path() / task.name;
  std::error_code ec;
  fs::copy(task.work(), copy, fs::copy_options::recursive | fs::copy_options::copy_symlinks, ec);
  if (!ec) return copy;
  return fail(ErrorKind::io,
              fmt::format("cannot copy {} for a trial: {}", task.work().string(), ec.message()));
}

/// Puts the file `name` of `work` into `folder`, whatever stands in its way there: a link that
/// leads out of it, say.
Result<void> put_back(const fs::path& work, const fs::path& folder, const fs::path& name) {
  std::error_code ec;
  fs::path at = folder;
  for (const fs::path& part : name.parent_path()) {
    at /= part;
    if (!fs::is_directory(fs::symlink_status(at, ec))) fs::remove_all(at, ec);
    fs::create_directory(at, ec);
  }
  fs::remove_all(folder / name, ec);
  fs::copy_file(work / name, folder / name, ec);
  if (!ec) return {};
  return fail(ErrorKind::io,
              fmt::format("cannot put {} back: {}", (folder / name).string(), ec.message()));
}

std::vector<std::string> environment_for(const TrialPlace& place) {
  return {"PYTHONDONTWRITEBYTECODE=1", "GOCACHE=" + place.go_cache.string()};
}

Result<CommandResult> judge(const EvalTask& task, const TrialPlace& place, const fs::path& folder,
                            const Sandbox& sandbox, const std::stop_token& stop) {
  for (const std::string& test : task.tests) {
    if (auto done = put_back(task.work(), folder, test); !done) return pass_on(done);
  }
  return run_command({.line = {},
                      .folder = folder,
                      .timeout = check_limit,
                      .environment = environment_for(place),
                      .unset = Sandbox::secret_variables(),
                      .words = sandbox.command({"/bin/sh", "-c", task.check}, folder)},
                     stop);
}

AgentOptions session_options(const TrialPlan& plan, const TrialPlace& place, const fs::path& folder,
                             const SandboxSettings& sandbox) {
  auto own = ProfileList::load(own_profiles_file());
  AgentOptions options;
  options.prompt = plan.task.prompt;
  options.model = plan.key.model;
  options.server = place.server;
  options.max_turns = plan.key.max_turns;
  options.max_seconds = plan.key.time_limit_seconds;
  options.permission_mode = PermissionMode::bypass;
  options.folder = folder;
  options.measured =
      MeasuredSession{.profile = profile_for(plan.key.model, own ? *own : ProfileList{}).profile,
                      .sandbox = sandbox,
                      .environment = environment_for(place),
                      .log_folder = place.sessions};
  plan.setting.apply(options.measured->profile);
  options.measured->profile.sampling.seed =
      static_cast<std::uint32_t>(plan.key.seed + plan.key.repeat - 1);
  use_eval_style(plan.style, options);
  return options;
}

/// The session from its beginning to its end, with what it left running. Errors: as
/// run_eval_trial().
Result<TrialRecord> work_on(const TrialPlan& plan, const AgentOptions& options,
                            const AgentNeeds& needs, const std::stop_token& stop) {
  NoOutput output;
  auto session = begin_session(options, needs, output);
  if (!session) return pass_on(session);
  const Outcome outcome = (*session)->run(plan.task.prompt, stop);
  if (stop.stop_requested()) return fail(ErrorKind::cancelled, "interrupted");
  if (outcome.server_error && tells_nothing(*outcome.server_error)) {
    return fail(*outcome.server_error, outcome.text);
  }
  constexpr std::size_t most_words = 400;
  TrialRecord record;
  record.stop_reason = outcome.stop_reason;
  record.turns = outcome.turns;
  record.requests = outcome.requests;
  record.usage = outcome.usage;
  record.seconds = outcome.duration_ms / 1000;
  record.malformed_calls = outcome.malformed_calls;
  record.session = outcome.session_id;
  record.result = trimmed_in_the_middle(outcome.text, most_words);
  return record;
}

}  // namespace

Result<TrialRecord> run_eval_trial(const TrialPlan& plan, const TrialPlace& place,
                                   const AgentNeeds& needs, const std::stop_token& stop) {
  auto base = TemporaryFolder::make();
  if (!base) return pass_on(base);
  auto scratch = TemporaryFolder::make();
  if (!scratch) return pass_on(scratch);
  auto folder = copy_of_work(plan.task, *base);
  if (!folder) return pass_on(folder);
  std::error_code ec;
  fs::create_directories(place.go_cache, ec);
  const SandboxSettings settings{.writable = {place.go_cache.string()}, .hidden = place.hidden};
  const Sandbox sandbox = Sandbox::open(settings, *folder, scratch->path());
  if (!sandbox.works()) {
    return fail(ErrorKind::unavailable,
                fmt::format("what a model writes is only run in the sandbox, and there is none: {}",
                            sandbox.reason()));
  }
  auto record = work_on(plan, session_options(plan, place, *folder, settings), needs, stop);
  if (!record) return record;
  record->key = plan.key;
  record->kind = plan.task.kind;
  record->language = plan.task.language;
  const auto checked = judge(plan.task, place, *folder, sandbox, stop);
  if (!checked) return std::unexpected(checked.error());
  if (checked->end == CommandResult::End::cancelled) {
    return fail(ErrorKind::cancelled, "interrupted");
  }
  record->solved = checked->passed();
  const bool in_time = checked->end == CommandResult::End::exited;
  record->check = checked->passed() ? "passed" : in_time ? "failed" : "timed out";
  record->ended_ms = unix_ms();
  return record;
}

}  // namespace hearth::agent
