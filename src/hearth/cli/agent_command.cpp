#include "hearth/cli/agent_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <iterator>
#include <memory>

#include "hearth/agent/acp/acp_server.h"
#include "hearth/cli/option_checks.h"

namespace hearth::cli {
namespace {

using agent::AgentOptions;
using agent::OutputFormat;

/// `-p -`, or `-p ""` with something piped in: the task is what standard input holds.
std::string task_from(const std::string& given) {
  if (given != "-") return given;
  return {std::istreambuf_iterator<char>(std::cin), {}};
}

/// Options by which other agents' SDKs start them, and that change nothing here.
void add_options_of_others(CLI::App& app) {
  static bool on = false;
  static std::string ignored;
  for (const char* name : {"--verbose", "--allow-dangerously-skip-permissions"}) {
    app.add_flag(name, on)->group("");
  }
  for (const char* name : {"--permission-prompt-tool", "--setting-sources", "--fallback-model",
                           "--session-id", "--thinking", "--effort"}) {
    app.add_option(name, ignored)->group("");
  }
}

}  // namespace

void add_agent_command(CLI::App& app, agent::AgentNeeds needs, int& exit_code) {
  auto options = std::make_shared<AgentOptions>();
  const std::map<std::string, OutputFormat> formats{{"text", OutputFormat::text},
                                                    {"json", OutputFormat::json},
                                                    {"stream-json", OutputFormat::stream_json}};
  app.add_option("-p,--print", options->prompt,
                 "Do this task without questions, print the result and end ('-': standard input)")
      ->type_name("TASK");
  mapped(app.add_option("--output-format", options->format, "With -p: text, json or stream-json"),
         "FORMAT", CLI::CheckedTransformer(formats));
  app.add_option("--model", options->model, "The model to ask for (default: the server's first)")
      ->type_name("NAME");
  checked(app.add_option("--max-turns", options->max_turns, "Requests to the model at most"), "N",
          CLI::PositiveNumber)
      ->capture_default_str();
  checked(app.add_option("--max-tokens", options->max_tokens,
                         "Tokens at most that a task makes the server compute (those it reuses do "
                         "not count)"),
          "N", CLI::PositiveNumber);
  checked(app.add_option("--max-time", options->max_seconds, "Seconds at most for a task"),
          "SECONDS", CLI::PositiveNumber);
  checked(app.add_option("--max-thinking,--max-thinking-tokens", options->max_thinking,
                         "Tokens of thought at most in an answer, 0 for none (default: 2048 for a "
                         "local model)"),
          "N", CLI::NonNegativeNumber)
      ->envname("MAX_THINKING_TOKENS");
  checked(app.add_option_function<std::string>(
              "--permission-mode",
              [options](const std::string& name) {
                options->permission_mode = agent::parse_permission_mode(name);
              },
              "default, acceptEdits, plan or bypassPermissions"),
          "MODE", CLI::IsMember({"default", "acceptEdits", "plan", "bypassPermissions"}));
  app.add_flag("-c,--continue", options->go_on, "Go on with the latest session in this folder");
  app.add_option_function<std::vector<std::string>>(
         "-r,--resume",
         [options](const std::vector<std::string>& id) {
           options->choose_session = id.empty() || id.front().empty();
           if (!options->choose_session) options->resume = id.front();
         },
         "Go on with this session (`hearth sessions`), or one to choose")
      ->type_name("[ID]")
      ->expected(0, 1)
      ->excludes("--continue");
  app.add_flag("--fork-session", options->fork,
               "With --continue or --resume: as a new session, the old one stays as it is");
  app.add_flag("--trust", options->trust,
               "The folder's own settings may allow and run things, from now on");
  mapped(
      app.add_option("--input-format", options->stream_input,
                     "text, or stream-json: tasks as JSON lines on standard input"),
      "FORMAT",
      CLI::CheckedTransformer(std::map<std::string, bool>{{"text", false}, {"stream-json", true}}));
  app.add_flag("--include-partial-messages", options->partial_messages,
               "With stream-json: also the pieces of an answer");
  app.add_option("--allowedTools,--allowed-tools", options->allowed_tools,
                 "Rules of what may be done without asking, such as 'Bash(git diff:*)'")
      ->type_name("RULE")
      ->delimiter(',');
  app.add_option("--disallowedTools,--disallowed-tools", options->disallowed_tools,
                 "Rules of what is never done")
      ->type_name("RULE")
      ->delimiter(',');
  app.add_option("--system-prompt", options->system_prompt, "In place of our own")
      ->type_name("TEXT");
  app.add_option("--append-system-prompt", options->append_system_prompt, "After our own")
      ->type_name("TEXT");
  app.add_flag_callback(
      "--dangerously-skip-permissions",
      [options] { options->permission_mode = agent::PermissionMode::bypass; },
      "As --permission-mode bypassPermissions");
  add_options_of_others(app);
  app.add_option("--server", options->server,
                 "The server's URL (default: HEARTH_URL, else our own, started if need be)")
      ->type_name("URL");
  checked(app.add_option_function<std::string>(
              "--style",
              [options](const std::string& name) { options->style = *agent::parse_style(name); },
              "native, forced or whole-files (default: the model's profile)"),
          "STYLE", CLI::IsMember({"native", "forced", "whole-files"}));
  app.add_option("--check", options->check, "The command that checks the work")
      ->type_name("COMMAND");
  checked(app.add_option("--attempts", options->attempts,
                         "Candidates at most (default: the profile's)"),
          "N", CLI::PositiveNumber);
  checked(app.add_option("--cwd", options->folder, "The folder to work in"), "DIR",
          CLI::ExistingDirectory);
  checked(app.add_option("--idle-exit", options->idle_exit_minutes,
                         "Minutes of idleness after which a server started here ends"),
          "N", CLI::PositiveNumber)
      ->capture_default_str();
  auto* acp = app.add_subcommand("acp",
                                 "Serve an editor on standard input and output (Agent "
                                 "Client Protocol)");
  acp->fallthrough();
  acp->callback(
      [&exit_code, options, needs] { exit_code = agent::run_acp_server(*options, needs); });
  app.final_callback([&app, &exit_code, options, needs = std::move(needs)] {
    if (!app.get_subcommands().empty()) return;
    if (options->prompt) options->prompt = task_from(*options->prompt);
    exit_code = agent::run_agent(*options, needs);
  });
}

}  // namespace hearth::cli
