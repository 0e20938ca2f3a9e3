#include "hearth/agent/eval/eval.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cstdio>
#include <ctime>
#include <set>
#include <utility>

#include "hearth/agent/eval/eval_summary.h"
#include "hearth/agent/eval/eval_trial.h"
#include "hearth/agent/eval/measured_profile.h"
#include "hearth/agent/eval/results_file.h"
#include "hearth/agent/interrupt.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/spawn.h"
#include "hearth/base/xdg.h"

namespace hearth::agent {
namespace {

void tell(std::string_view line) {
  fmt::print(stderr, "{}\n", without_escapes(line));
}

/// A check whose program is missing here would fail every trial. Errors: unavailable.
Result<void> checks_can_run(const std::vector<EvalTask>& tasks) {
  for (const EvalTask& task : tasks) {
    const std::string program = task.check.substr(0, task.check.find(' '));
    const bool plain = program.find_first_of("=/$(;&|") == std::string::npos;
    if (!plain || !program_on_path(program).empty()) continue;
    return fail(
        ErrorKind::unavailable,
        fmt::format("{} is not on the PATH, and the task {} is checked by `{}`. Install it, "
                    "or choose other tasks (--language).",
                    program, task.name, task.check));
  }
  return {};
}

std::vector<TrialPlan> plans_of(const EvalOptions& options, const std::vector<EvalTask>& tasks,
                                const std::vector<std::string>& models) {
  const std::vector<EvalStyle> styles =
      options.styles.empty() ? std::vector{EvalStyle::automatic} : options.styles;
  const std::vector<EvalSetting> settings =
      options.settings.empty() ? std::vector{EvalSetting{}} : options.settings;
  std::vector<TrialPlan> plans;
  for (const std::string& model : models) {
    for (const EvalStyle style : styles) {
      for (const EvalSetting& setting : settings) {
        for (int repeat = 1; repeat <= options.repeats; ++repeat) {
          for (const EvalTask& task : tasks) {
            plans.push_back({.task = task,
                             .style = style,
                             .setting = setting,
                             .key = {.model = model,
                                     .style = std::string(to_string(style)),
                                     .setting = setting.name(),
                                     .task = task.name,
                                     .repeat = repeat,
                                     .seed = options.seed,
                                     .max_turns = options.max_turns,
                                     .time_limit_seconds = options.time_limit_seconds}});
          }
        }
      }
    }
  }
  return plans;
}

std::string line_of(const TrialRecord& record) {
  return fmt::format(
      "{} {}{}{} {}: {} ({}), {} request{}, {} tokens read ({} reused), {} written, {:.1f} s",
      record.key.model, record.key.style, record.key.setting.empty() ? "" : " ", record.key.setting,
      record.key.task,
      record.solved                 ? "solved"
      : record.check == "timed out" ? "not solved, the check took too long"
                                    : "not solved",
      record.stop_reason, record.requests, record.requests == 1 ? "" : "s",
      record.usage.prompt_tokens, record.usage.reused_tokens, record.usage.output_tokens,
      record.seconds);
}

/// Runs them one after the other, and keeps each result before the next one begins.
Result<void> run_trials(const std::vector<TrialPlan>& plans, const TrialPlace& place,
                        const AgentNeeds& needs, ResultsFile& results,
                        const std::filesystem::path& out) {
  std::stop_source stop;
  InterruptWatch watch(stop, InterruptWatch::Keys::ignored);
  std::size_t number = 0;
  for (const TrialPlan& plan : plans) {
    ++number;
    auto record = watch.interrupted() ? fail(ErrorKind::cancelled, "interrupted")
                                      : run_eval_trial(plan, place, needs, stop.get_token());
    if (!record) {
      const Error& error = record.error();
      const std::string what =
          error.kind == ErrorKind::cancelled
              ? "interrupted before its end"
              : fmt::format("could not be run and does not count: {}", error.message);
      return fail(error.kind, fmt::format("trial {} of {} ({} {}) {}.\nWhat is done is kept in {}; "
                                          "the same command goes on.",
                                          number, plans.size(), plan.key.style, plan.key.task, what,
                                          out.string()));
    }
    tell(fmt::format("[{}/{}] {}", number, plans.size(), line_of(*record)));
    if (auto kept = results.append(std::move(*record)); !kept) return kept;
  }
  return {};
}

std::vector<TrialRecord> records_of(const std::vector<TrialPlan>& plans,
                                    const ResultsFile& results) {
  std::set<TrialKey> wanted;
  for (const TrialPlan& plan : plans) wanted.insert(plan.key);
  std::vector<TrialRecord> records;
  for (const TrialRecord& record : results.records()) {
    if (wanted.erase(record.key) > 0) records.push_back(record);
  }
  return records;
}

Result<Server> server_of(const EvalOptions& options, const AgentNeeds& needs) {
  std::stop_source stop;
  const InterruptWatch watch(stop, InterruptWatch::Keys::ignored);
  return reach_server({.named = options.server, .interactive = false}, needs.ensure_model,
                      stop.get_token(), {.status = tell, .progress = [](std::string_view) {}});
}

/// The models to try: those named, else the server's first. Errors: not_found; those of
/// reach_server().
Result<std::vector<std::string>> models_of(const EvalOptions& options, const AgentNeeds& needs) {
  if (!options.models.empty()) return options.models;
  auto server = server_of(options, needs);
  if (!server) return pass_on(server);
  const OfferedModel first = offered_model(*server, "");
  if (!first.id.empty()) return std::vector{first.id};
  return fail(
      ErrorKind::not_found,
      fmt::format("{} does not say which models it has; name one with --model", server->url));
}

/// Those of `plans` that are not in `results`, each once.
std::vector<TrialPlan> missing_in(const ResultsFile& results, const std::vector<TrialPlan>& plans) {
  std::set<TrialKey> done;
  for (const TrialRecord& record : results.records()) done.insert(record.key);
  std::vector<TrialPlan> missing;
  for (const TrialPlan& plan : plans) {
    if (done.insert(plan.key).second) missing.push_back(plan);
  }
  return missing;
}

Result<void> write_profiles(const EvalOptions& options, const std::vector<std::string>& models,
                            std::span<const SummaryRow> rows) {
  const auto own = ProfileList::load(*options.profiles);
  if (!own) return std::unexpected(own.error());
  const std::string day = fmt::format("{:%Y-%m-%d}", fmt::localtime(std::time(nullptr)));
  for (const std::string& model : models) {
    auto measured = measured_profile(rows, model, profile_for(model, *own).profile, day);
    if (!measured) return pass_on(measured);
    if (auto written = write_profile(*options.profiles, measured->entry); !written) return written;
    tell(fmt::format("Profile of {}\nwritten to {}", measured->words, options.profiles->string()));
  }
  return {};
}

}  // namespace

Result<void> run_eval(const EvalOptions& options, const AgentNeeds& needs) {
  // Whatever is wrong with what was given is said before hours have passed.
  auto tasks = load_tasks(options.tasks, options.filter);
  if (!tasks) return pass_on(tasks);
  if (auto can = checks_can_run(*tasks); !can) return can;
  for (const auto& file : {own_profiles_file(), options.profiles.value_or(own_profiles_file())}) {
    if (auto readable = ProfileList::load(file); !readable) return pass_on(readable);
  }
  auto results = ResultsFile::open(options.out);
  if (!results) return pass_on(results);
  auto models = models_of(options, needs);
  if (!models) return pass_on(models);
  const auto plans = plans_of(options, *tasks, *models);
  if (const auto missing = missing_in(*results, plans); !missing.empty()) {
    auto server = server_of(options, needs);
    if (!server) return pass_on(server);
    const TrialPlace place{
        .server = server->url,
        .sessions = state_dir() / "eval",
        // Solutions, and sessions that found them.
        .hidden = {std::filesystem::weakly_canonical(options.tasks).string(), state_dir().string()},
        .go_cache = cache_dir() / "eval" / "go"};
    if (auto run = run_trials(missing, place, needs, *results, options.out); !run) return run;
  }
  const auto rows = summary_of(records_of(plans, *results));
  fmt::print("{}", options.as_json ? to_json(as_json(rows)) + "\n" : summary_table(rows));
  return options.profiles ? write_profiles(options, *models, rows) : Result<void>{};
}

}  // namespace hearth::agent
