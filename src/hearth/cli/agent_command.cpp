#include "hearth/cli/agent_command.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "hearth/agent/acp/acp_server.h"
#include "hearth/agent/comma_separated.h"
#include "hearth/base/trimmed.h"
#include "hearth/cli/option_checks.h"

namespace hearth::cli {
namespace {

using agent::AgentOptions;
using agent::OutputFormat;

/// Whether something was piped in. A pipe that nobody writes to, as a program that starts us may
/// leave it, is none after a second.
bool has_piped_input() {
  constexpr int patience_ms = 1000;
  struct stat status{};
  if (::fstat(STDIN_FILENO, &status) != 0) return false;
  if (S_ISREG(status.st_mode)) return true;
  pollfd wait{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  return S_ISFIFO(status.st_mode) && ::poll(&wait, 1, patience_ms) == 1 &&
         (wait.revents & POLLIN) != 0;
}

/// The task of `-p TASK`, with what is piped in behind it. `-p` and `-p -`: only that.
std::string task_from(const std::string& given) {
  const bool only_input = given.empty() || given == "-";
  if (!only_input && !has_piped_input()) return given;
  std::string input{std::istreambuf_iterator<char>(std::cin), {}};
  if (only_input || input.empty()) return only_input ? input : given;
  return given + "\n\n" + input;
}

/// Options of Claude Code, by which its SDKs start it, that change nothing here.
void add_options_of_others(CLI::App& app, const std::shared_ptr<AgentOptions>& options) {
  // What they ask for is so anyway, or only for Claude Code's own makers.
  static bool on = false;
  static std::string ignored;
  for (const char* name : {"--verbose", "--allow-dangerously-skip-permissions",
                           "--include-hook-events", "--debug", "--debug-to-stderr"}) {
    app.add_flag(name, on)->group("");
  }
  for (const char* name : {"--debug-file", "--betas", "--thinking-display"}) {
    app.add_option(name, ignored)->group("");
  }
  // The program itself is always asked; a tool of an MCP server is not.
  app.add_option_function<std::string>("--permission-prompt-tool",
                                       [options](const std::string& tool) {
                                         if (tool != "stdio")
                                           options->unused.emplace_back("--permission-prompt-tool");
                                       })
      ->group("");
  for (const char* name : {"--fallback-model", "--effort", "--thinking", "--max-budget-usd",
                           "--task-budget", "--plugin-dir"}) {
    app.add_option_function<std::string>(
           name, [options, name](const std::string&) { options->unused.emplace_back(name); })
        ->group("");
  }
}

/// What an option's value is wrong about, for CLI11.
[[noreturn]] void refuse(const std::string& option, const Error& error) {
  const std::string prefix = option + ": ";
  throw CLI::ValidationError(option, error.message.starts_with(prefix)
                                         ? error.message.substr(prefix.size())
                                         : error.message);
}

json::object object_given(const std::string& option, const std::string& text) {
  auto value = parse_json(text);
  if (!value) refuse(option, value.error());
  if (!value->is_object()) refuse(option, {.message = "expected a JSON object"});
  return std::move(value->get_object());
}

/// "Read, Edit" as names; "default": all tools.
void take_tools(std::string_view list, AgentOptions& options) {
  options.all_tools = list == "default";
  if (options.all_tools) return;
  auto& names = options.tools.emplace();
  for (const std::string_view name : agent::comma_separated(list)) names.emplace_back(name);
}

/// Options that shape the session for programs.
void add_session_options(CLI::App& app, const std::shared_ptr<AgentOptions>& options) {
  app.add_option_function<std::string>(
         "--tools", [options](const std::string& list) { take_tools(list, *options); },
         "The only built-in tools, such as 'Read,Grep'; '' for none, 'default' for all")
      ->type_name("NAMES");
  app.add_option_function<std::string>(
         "--agents",
         [options](const std::string& text) {
           auto agents = agent::parse_subagents(object_given("--agents", text));
           if (!agents) refuse("--agents", agents.error());
           options->subagents = std::move(*agents);
         },
         "Further subagents: {\"NAME\": {\"description\": …, \"prompt\": …, \"tools\": […]}}")
      ->type_name("JSON");
  app.add_option_function<std::string>(
         "--json-schema",
         [options](const std::string& text) {
           options->json_schema = object_given("--json-schema", text);
         },
         "The result is also given as JSON after this schema (structured_output)")
      ->type_name("JSON");
  app.add_option("--session-id", options->session_id, "The new session's ID, a UUID")
      ->type_name("ID");
  app.add_option_function<std::string>(
         "--setting-sources",
         [options](const std::string& names) {
           auto sources = agent::parse_setting_sources(names);
           if (!sources) refuse("--setting-sources", sources.error());
           options->sources = *sources;
         },
         "Whose settings, instructions, commands, skills count: some of user,project,local")
      ->type_name("NAMES");
  app.add_option("--add-dir", options->further_folders,
                 "Further folders to work in; /undo does not reach them")
      ->type_name("DIR");
  app.add_flag("--strict-mcp-config", options->only_given_mcp,
               "No MCP servers but those of --mcp-config");
}

}  // namespace

void add_agent_command(CLI::App& app, agent::AgentNeeds needs, int& exit_code) {
  auto options = std::make_shared<AgentOptions>();
  const std::map<std::string, OutputFormat> formats{{"text", OutputFormat::text},
                                                    {"json", OutputFormat::json},
                                                    {"stream-json", OutputFormat::stream_json}};
  app.add_option_function<std::vector<std::string>>(
         "-p,--print",
         [options](const std::vector<std::string>& task) {
           options->prompt = task.empty() ? "" : task.front();
         },
         "Do this task without questions, print the result and end; what is piped in belongs to it")
      ->type_name("[TASK]")
      ->expected(0, 1);
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
  app.add_option("--settings", options->settings,
                 "Further settings: a file as settings.json, or its JSON")
      ->type_name("FILE|JSON");
  app.add_option("--mcp-config", options->mcp_config,
                 "Further MCP servers: a file as .mcp.json, or its JSON")
      ->type_name("FILE|JSON");
  app.add_option("--system-prompt", options->system_prompt, "In place of our own")
      ->type_name("TEXT");
  app.add_option("--append-system-prompt", options->append_system_prompt, "After our own")
      ->type_name("TEXT");
  app.add_flag_callback(
      "--dangerously-skip-permissions",
      [options] { options->permission_mode = agent::PermissionMode::bypass; },
      "As --permission-mode bypassPermissions");
  add_session_options(app, options);
  add_options_of_others(app, options);
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
                         "Candidates: in all with whole files, else for each change that a "
                         "check can judge (default: the profile's)"),
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
    if (options->prompt && !options->stream_input) {
      options->typed_prompt = options->prompt;
      options->prompt = task_from(*options->prompt);
      if (trimmed(*options->prompt).empty()) {
        fmt::print(stderr, "hearth: -p needs a task: write it behind, or pipe it in\n");
        exit_code = 2;
        return;
      }
    }
    exit_code = agent::run_agent(*options, needs);
  });
}

}  // namespace hearth::cli
