#include "hearth/cli/client_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "hearth/base/file.h"
#include "hearth/base/json.h"
#include "hearth/cli/finish.h"

namespace hearth::cli {
namespace {

struct Wiring {
  std::vector<std::string> arguments;  ///< before the user's own
  std::vector<std::pair<std::string, std::string>> variables;
  std::vector<std::string> unset;
};

std::string key_of(const agent::Server& server) {
  return server.key.empty() ? "local" : server.key;
}

/// The name of a model that it does not know makes it believe the window that it is told. Its name
/// for background calls stays: the router knows it, and without a configuration it means the first
/// model, too.
Wiring wire_claude(const agent::Server& server, const agent::OfferedModel& model) {
  Wiring wiring;
  wiring.variables = {{"ANTHROPIC_BASE_URL", server.url},
                      {"ANTHROPIC_AUTH_TOKEN", key_of(server)},
                      {"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1"}};
  // With both set it asks which one to use.
  wiring.unset = {"ANTHROPIC_API_KEY"};
  if (!model.local || model.context == 0) return wiring;
  const std::string window = std::to_string(model.context);
  wiring.variables.emplace_back("ANTHROPIC_MODEL", model.id);
  wiring.variables.emplace_back("CLAUDE_CODE_MAX_CONTEXT_TOKENS", window);
  // For compaction by itself it keeps 33,000 tokens free, and takes no window under this one.
  constexpr int smallest_compacted = 100'000;
  if (model.context < smallest_compacted) {
    wiring.variables.emplace_back("DISABLE_AUTO_COMPACT", "1");
  } else {
    wiring.variables.emplace_back("CLAUDE_CODE_AUTO_COMPACT_WINDOW", window);
  }
  return wiring;
}

/// A string of TOML: what JSON allows in one is allowed there, too.
std::string quoted(const std::string& text) {
  return to_json(json::value(text));
}

Wiring wire_codex(const agent::Server& server, const agent::OfferedModel& model) {
  Wiring wiring;
  const auto set = [&](const std::string& key, const std::string& value) {
    wiring.arguments.emplace_back("-c");
    wiring.arguments.push_back(key + "=" + value);
  };
  wiring.variables = {{"HEARTH_CLIENT_KEY", key_of(server)}};
  set("model_providers.hearth",
      fmt::format(
          R"({{name="Hearth",base_url={},wire_api="responses",env_key="HEARTH_CLIENT_KEY"}})",
          quoted(server.url + "/v1")));
  set("model_provider", quoted("hearth"));
  // Under the name of a model of OpenAI's it would send tools that are made for that one. With a
  // configuration any other name leads to the router's rules.
  set("model", quoted(model.local ? model.id : "hearth"));
  if (model.context > 0) set("model_context_window", std::to_string(model.context));
  return wiring;
}

struct Client {
  const char* program;
  const char* title;
  const char* package;  ///< of npm
  Wiring (*wire)(const agent::Server&, const agent::OfferedModel&);
};

constexpr Client clients[] = {
    {"claude", "Claude Code", "@anthropic-ai/claude-code", &wire_claude},
    {"codex", "Codex", "@openai/codex", &wire_codex},
};

/// Does not come back unless it fails.
Result<void> become(const Client& client, const Wiring& wiring,
                    const std::vector<std::string>& arguments) {
  for (const std::string& name : wiring.unset) ::unsetenv(name.c_str());
  for (const auto& [name, value] : wiring.variables) {
    ::setenv(name.c_str(), value.c_str(), 1);
  }
  std::vector<std::string> all{client.program};
  all.insert(all.end(), wiring.arguments.begin(), wiring.arguments.end());
  all.insert(all.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  pointers.reserve(all.size() + 1);
  for (std::string& argument : all) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  ::execvp(client.program, pointers.data());
  const int reason = errno;
  if (reason == ENOENT) {
    return fail(ErrorKind::not_found,
                fmt::format("there is no `{}` in PATH; `npm install -g {}` installs it",
                            client.program, client.package));
  }
  return fail(ErrorKind::io,
              fmt::format("cannot start {}: {}", client.program, system_reason(reason)));
}

Result<void> run_client(const Client& client, const agent::EnsureModel& ensure_model,
                        const std::vector<std::string>& arguments) {
  const bool terminal = ::isatty(STDERR_FILENO) != 0;
  agent::ServerWish wish;
  wish.interactive = ::isatty(STDIN_FILENO) != 0 && terminal;
  constexpr const char* clear_line = "\r\033[K";
  auto server = agent::reach_server(
      wish, ensure_model, {},
      {.status = [](std::string_view text) { fmt::print(stderr, "{}\n", text); },
       .progress =
           [&](std::string_view text) {
             if (terminal) fmt::print(stderr, "{}{}", clear_line, text);
           }});
  if (terminal) fmt::print(stderr, "{}", clear_line);
  if (!server) return pass_on(server);
  return become(client, client.wire(*server, agent::first_model(*server)), arguments);
}

}  // namespace

void add_client_commands(CLI::App& app, agent::EnsureModel ensure_model, int& exit_code) {
  for (const Client& client : clients) {
    CLI::App* command = app.add_subcommand(
        client.program,
        fmt::format("{} (if it is installed), wired to the local server", client.title));
    // All that follows is the client's, --help too.
    command->prefix_command();
    command->set_help_flag();
    command->callback([&client, command, ensure_model, &exit_code] {
      finish(run_client(client, ensure_model, command->remaining()), exit_code);
    });
  }
}

}  // namespace hearth::cli
