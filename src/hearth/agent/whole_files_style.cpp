#include "hearth/agent/whole_files_style.h"

#include <fmt/format.h>

#include <algorithm>

#include "hearth/agent/add_usage.h"
#include "hearth/agent/diff.h"
#include "hearth/agent/file_tools.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/repair_search.h"
#include "hearth/agent/source_files.h"
#include "hearth/agent/suspects.h"
#include "hearth/agent/trial.h"
#include "hearth/base/file.h"

namespace hearth::agent {
namespace {

constexpr auto first_check_timeout = std::chrono::seconds(180);
constexpr std::size_t max_related = 1500;

Outcome ended(Outcome::End end, std::string text) {
  Outcome outcome;
  outcome.end = end;
  outcome.text = std::move(text);
  if (end == Outcome::End::interrupted) outcome.stop_reason = "interrupted";
  if (end == Outcome::End::error) outcome.stop_reason = "error";
  return outcome;
}

std::string progress_line(const RepairSearch::Progress& progress) {
  if (progress.prefill) return prefill_line(*progress.prefill);
  std::string line = fmt::format("{} candidates", progress.asked);
  const auto add = [&](std::size_t count, std::string_view what) {
    if (count > 0) line += fmt::format(", {} {}", count, what);
  };
  add(static_cast<std::size_t>(progress.writing), "being written");
  if (progress.characters > 0) line += fmt::format(" ({} characters)", progress.characters);
  add(static_cast<std::size_t>(progress.checking), "being checked");
  add(static_cast<std::size_t>(progress.tried), "tried");
  add(static_cast<std::size_t>(progress.rejected), "unchanged or repeated");
  return line + "; best: " + progress.best;
}

class WholeFilesStyle final : public Style {
 public:
  WholeFilesStyle(Workplace& workplace, CheckCommand check)
      : work_(workplace), check_(std::move(check)) {}

  Outcome run(const std::string& task, const std::stop_token& stop) override {
    if (const auto refused = work_.permissions.decide_check(check_); !refused.allowed) {
      return ended(Outcome::End::error, refused.reason);
    }
    if (const auto refused = work_.permissions.edits_are_possible(); !refused.allowed) {
      return ended(Outcome::End::error, refused.reason);
    }

    work_.output.tool_call({.id = {}, .name = "check", .subject = check_.line});
    const auto first = run_trial(work_.folder.root(), {}, check(first_check_timeout), stop);
    if (!first) return ended(Outcome::End::error, first.error().message);
    if (first->end == CommandResult::End::cancelled) return interrupted();
    record_check(*first, "at the start");
    if (first->passed()) {
      Outcome outcome =
          ended(Outcome::End::success,
                fmt::format("`{}` passes already; nothing was changed.", check_.line));
      outcome.solved = true;
      return outcome;
    }
    if (first->end == CommandResult::End::exited && first->exit_code == 127) {
      return ended(Outcome::End::error,
                   fmt::format("`{}` cannot be run: {}", check_.line, trimmed(first->output)));
    }
    const Sources tests = read_tests(work_.folder, first->output);
    const auto suspects = find_suspects(work_.folder, task, first->output, tests);
    if (suspects.empty()) {
      return ended(Outcome::End::error,
                   fmt::format("`{}` fails, but no source file was found to correct:\n{}",
                               check_.line, trimmed_in_the_middle(first->output, 1500)));
    }
    const TestReport report = read_report(first->output, false);
    show_failures(*first, report, tests);
    return repair(task, suspects, tests, *first, report, stop);
  }

 private:
  static Outcome interrupted() {
    return ended(Outcome::End::interrupted, "Interrupted; nothing was changed.");
  }

  [[nodiscard]] TrialCheck check(std::chrono::milliseconds timeout) const {
    return {.line = check_.line, .timeout = timeout, .sandbox = work_.trial_sandbox};
  }

  void record_check(const CommandResult& result, std::string_view when) {
    work_.log.append("check", {{"command", check_.line},
                               {"when", when},
                               {"exit_code", result.exit_code},
                               {"seconds", result.seconds},
                               {"output", trimmed_in_the_middle(result.output, 8000)}});
  }

  void show_failures(const CommandResult& result, const TestReport& report, const Sources& tests) {
    work_.output.status(fmt::format("  {} ({:.1f} s)", in_words(report), result.seconds));
    for (const std::string& line : failures_in(result.output, tests, 6)) {
      work_.output.status("  " + line);
    }
  }

  /// A header, say, that a source file cannot be understood without.
  void add_related(RepairView& view) const {
    for (const std::string& name : work_.folder.files()) {
      const bool header = name.ends_with(".h") || name.ends_with(".hpp");
      if (!header || name == view.file || stem_of(name) != stem_of(view.file)) continue;
      const auto content = read_text_file(work_.folder.root() / name, name, max_related);
      if (!content) continue;
      view.related = *content;
      view.related_file = name;
    }
  }

  Outcome repair(const std::string& task, const std::vector<std::string>& suspects,
                 const Sources& tests, const CommandResult& first, const TestReport& report,
                 const std::stop_token& stop) {
    using std::chrono::milliseconds;
    const auto started = Clock::now();
    // A candidate that needs much longer than the code it replaces does not end.
    const milliseconds check_time =
        std::clamp(milliseconds(static_cast<std::int64_t>(first.seconds * 10'000)),
                   milliseconds(10'000), milliseconds(120'000));
    Outcome outcome;
    TestReport best = report;
    int attempts_left = work_.profile.attempts;
    for (std::size_t i = 0; i < suspects.size() && attempts_left > 0; ++i) {
      const std::string& file = suspects[i];
      const auto content = read_text_file(work_.folder.root() / file, file, max_file_bytes);
      if (!content) continue;
      const SplitSource split = split_source(file, *content);
      RepairView view{.task = task,
                      .file = file,
                      .language = std::string(language_of(file)),
                      .code = split.code,
                      .excerpt = {},
                      .failures = {},
                      .related = {},
                      .related_file = {}};
      add_related(view);
      SearchLimits limits{.attempts = attempts_left,
                          .parallel = work_.profile.parallel,
                          .temperature = work_.profile.temperature,
                          .seed = work_.profile.sampling.seed.value_or(0)};
      // The likeliest file gets most of the time; what is left is shared by the others.
      limits.time -= std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - started);
      if (i + 1 < suspects.size()) {
        limits.time = limits.time * 2 / 3;
        limits.attempts = std::max(limits.attempts * 2 / 3, 1);
      }
      if (limits.time.count() <= 0) break;
      if (work_.max_tokens > 0) {
        limits.tokens = work_.max_tokens - computed_tokens(outcome.usage);
        if (limits.tokens <= 0) break;
      }
      work_.output.status(fmt::format("● correcting {} (candidates by {}, each checked in a copy)",
                                      file, work_.model.empty() ? "the model" : work_.model));
      work_.log.append(
          "request",
          {{"file", file}, {"failures", json::value_from(failures_in(first.output, tests, 10))}});
      RepairSearch search({.server = work_.server,
                           .folder = work_.folder.root(),
                           .check = check(check_time),
                           .model = work_.model,
                           .limits = limits,
                           .tests = tests,
                           .tests_in_file = split.tests},
                          view, {split.code, first.output, report});
      auto result = search.run(
          stop, [&](const auto& progress) { work_.output.progress(progress_line(progress)); },
          [&](const Candidate& candidate, std::string_view what) {
            note_candidate(file, split.code, candidate, what, best);
          });
      outcome.turns += result.asked;
      outcome.requests += result.asked;
      attempts_left -= result.asked;
      add_usage(outcome.usage, result.usage);
      if (result.best.report.passed) {
        return apply(file, *content, result.best.content + split.tests, result, outcome);
      }
      if (result.interrupted) {
        outcome.end = Outcome::End::interrupted;
        outcome.stop_reason = "interrupted";
        outcome.text = "Interrupted; nothing was changed.";
        outcome.solved = false;
        return outcome;
      }
      if (result.error) {
        outcome.end = Outcome::End::error;
        outcome.stop_reason = "error";
        outcome.text = result.error->message;
        outcome.server_error = result.error->kind;
        outcome.solved = false;
        return outcome;
      }
    }
    const bool token_limit =
        work_.max_tokens > 0 && computed_tokens(outcome.usage) >= work_.max_tokens;
    outcome.end = token_limit ? Outcome::End::limit : Outcome::End::not_solved;
    outcome.stop_reason = token_limit ? "token_limit" : "not_solved";
    outcome.solved = false;
    outcome.text = fmt::format(
        "Not solved: {} candidates were written and none passed `{}` (best: {}). Nothing was "
        "changed. A larger model, a hint in the task, or more {} may help.",
        outcome.turns, check_.line, in_words(best), token_limit ? "--max-tokens" : "--attempts");
    return outcome;
  }

  void note_candidate(const std::string& file, const std::string& before,
                      const Candidate& candidate, std::string_view what, TestReport& best) {
    work_.log.append("candidate", {{"file", file},
                                   {"part", what},
                                   {"passed", candidate.report.passed},
                                   {"report", in_words(candidate.report)},
                                   {"diff", unified_diff(file, before, candidate.content)}});
    if (!(candidate.report > best)) return;
    best = candidate.report;
    work_.output.status(fmt::format("  better ({}): {}", what, in_words(best)));
  }

  Outcome apply(const std::string& file, const std::string& before, const std::string& after,
                const RepairSearch::Result& result, Outcome outcome) {
    const std::string diff = unified_diff(file, before, after);
    work_.output.diff(diff);
    const Decision decision = work_.permissions.decide("edit", Access::edit, file);
    if (!decision.allowed) {
      outcome.end = Outcome::End::error;
      outcome.stop_reason = "permission_denied";
      outcome.solved = false;
      outcome.text = fmt::format("A change of {} makes `{}` pass, but was not applied: {}", file,
                                 check_.line, decision.reason);
      return outcome;
    }
    const auto path = work_.folder.resolve(file);
    if (!path) return ended(Outcome::End::error, path.error().message);
    if (const auto now = read_file(*path); !now || *now != before) {
      return ended(Outcome::End::error,
                   file + " was changed by somebody else meanwhile; run this again");
    }
    if (work_.before_change) work_.before_change();
    if (const auto written = write_file_atomically(*path, after); !written) {
      return ended(Outcome::End::error, written.error().message);
    }
    work_.log.append("edit", {{"file", file}, {"diff", diff}});
    work_.output.tool_call({.id = {}, .name = "check", .subject = check_.line});
    const std::string output = trimmed_in_the_middle(result.best.output, 2000);
    work_.output.status(output.empty() ? "  (passes)" : output);
    outcome.solved = true;
    outcome.text = fmt::format("Corrected {}: `{}` passes now ({} candidate{} tried).", file,
                               check_.line, result.tried, result.tried == 1 ? "" : "s");
    return outcome;
  }

  Workplace& work_;
  CheckCommand check_;
};

}  // namespace

std::unique_ptr<Style> make_whole_files_style(Workplace& workplace, CheckCommand check) {
  return std::make_unique<WholeFilesStyle>(workplace, std::move(check));
}

}  // namespace hearth::agent
