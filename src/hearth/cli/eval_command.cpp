#include "hearth/cli/eval_command.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "hearth/agent/eval/eval.h"
#include "hearth/agent/eval/exercism_import.h"
#include "hearth/cli/finish.h"
#include "hearth/cli/option_checks.h"

namespace hearth::cli {
namespace {

/// As the command line gave it.
struct EvalCommand {
  agent::EvalOptions options;
  std::vector<std::string> styles;
  std::vector<std::string> settings;
  int attempts = 0;
  std::string exercism;  ///< a folder to import, in place of all else
  std::string profiles;  ///< after --write-profile; may be empty
  CLI::Option* write_profile = nullptr;
};

Result<void> read_styles(EvalCommand& command) {
  for (const std::string& name : command.styles) {
    const auto style = agent::parse_eval_style(name);
    if (!style) return std::unexpected(style.error());
    command.options.styles.push_back(*style);
  }
  return {};
}

Result<void> read_settings(EvalCommand& command) {
  if (command.settings.empty() && command.attempts > 0) command.settings.emplace_back();
  for (const std::string& text : command.settings) {
    auto setting = agent::EvalSetting::parse(text);
    if (!setting) return std::unexpected(setting.error());
    if (command.attempts > 0) setting->set_attempts(command.attempts);
    command.options.settings.push_back(std::move(*setting));
  }
  return {};
}

Result<void> import_exercises(const EvalCommand& command) {
  auto imported = agent::import_exercism(command.exercism, command.options.out);
  if (!imported) return pass_on(imported);
  for (const std::string& reason : imported->left_out) fmt::print(stderr, "Left out: {}\n", reason);
  fmt::print("{} task{} in {}\n", imported->tasks.size(), imported->tasks.size() == 1 ? "" : "s",
             command.options.out.string());
  return {};
}

Result<void> evaluate(EvalCommand command, const agent::AgentNeeds& needs) {
  if (!command.exercism.empty()) {
    if (command.options.out.empty()) {
      return fail(ErrorKind::invalid_request, "--import-exercism: say where to with --out FOLDER");
    }
    return import_exercises(command);
  }
  if (command.options.tasks.empty()) {
    return fail(ErrorKind::invalid_request,
                "--tasks is missing: the folder with the tasks, such as tests/agent/corpus of "
                "Hearth's sources");
  }
  if (command.options.out.empty()) command.options.out = "hearth-eval.jsonl";
  if (command.write_profile->count() > 0) {
    command.options.profiles = command.profiles.empty() ? agent::own_profiles_file()
                                                        : std::filesystem::path(command.profiles);
  }
  if (auto read = read_styles(command); !read) return read;
  if (auto read = read_settings(command); !read) return read;
  return agent::run_eval(command.options, needs);
}

void add_choice_of_trials(CLI::App& app, EvalCommand& command) {
  agent::EvalOptions& options = command.options;
  app.add_option("task", options.filter.names, "Only tasks of these names, or like 'python-*'")
      ->type_name("TASK");
  app.add_option("--tasks", options.tasks, "The folder with the tasks")->type_name("DIR");
  app.add_option("--kind", options.filter.kinds, "Only tasks to fix, write, refactor or explain")
      ->type_name("KIND")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--language", options.filter.languages, "Only tasks in these languages")
      ->type_name("NAME")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--model", options.models, "The models to try (default: the server's first)")
      ->type_name("NAME")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option(
         "--style", command.styles,
         "native, forced, whole-files, auto (as the profile in force says, the default), or "
         "a baseline: shell-only, plain-forced")
      ->type_name("STYLE")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--setting", command.settings,
                 "Changes of the profile, such as temperature=0.2,top_p=0.9; each --setting is "
                 "tried on its own")
      ->type_name("NAME=NUMBER")
      ->allow_extra_args(false);
  checked(app.add_option("--attempts", command.attempts, "Candidates at most, with whole files"),
          "N", CLI::PositiveNumber);
  checked(
      app.add_option("--repeat", options.repeats, "Trials of each, with seeds one after another"),
      "N", CLI::PositiveNumber)
      ->capture_default_str();
  checked(app.add_option("--seed", options.seed, "The seed of the first trial of each"), "N",
          CLI::Range(0LL, 1LL << 31))
      ->capture_default_str();
  checked(app.add_option("--turns", options.max_turns, "Requests to the model at most, each trial"),
          "N", CLI::PositiveNumber)
      ->capture_default_str();
  checked(app.add_option("--time-limit", options.time_limit_seconds,
                         "Seconds at most for the session of a trial"),
          "SECONDS", CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--server", options.server,
                 "The server's URL (default: HEARTH_URL, else our own, started if need be)")
      ->type_name("URL");
}

}  // namespace

void add_eval_command(CLI::App& app, agent::AgentNeeds needs, int& exit_code) {
  auto command = std::make_shared<EvalCommand>();
  CLI::App* eval = app.add_subcommand(
      "eval", "How well models do tasks, and in which style; goes on where it was interrupted");
  add_choice_of_trials(*eval, *command);
  eval->add_option("--out", command->options.out,
                   "Where the results are kept, a JSON object a line (default: hearth-eval.jsonl)")
      ->type_name("FILE");
  eval->add_flag("--json", command->options.as_json, "The summary as one JSON object");
  command->write_profile =
      eval->add_option("--write-profile", command->profiles,
                       "Puts the best style for each kind of work into this file of profiles "
                       "(default: your own, ~/.config/hearth/profiles.json)")
          ->type_name("FILE")
          ->expected(0, 1);
  eval->add_option("--import-exercism", command->exercism,
                   "Makes tasks of the exercises in this folder, into the folder --out")
      ->type_name("DIR");
  eval->callback([command, needs = std::move(needs), &exit_code] {
    finish(evaluate(*command, needs), exit_code);
  });
}

}  // namespace hearth::cli
