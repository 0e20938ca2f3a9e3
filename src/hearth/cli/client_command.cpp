#include "hearth/cli/client_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "hearth/base/file.h"
#include "hearth/cli/client_wiring.h"
#include "hearth/cli/finish.h"
#include "hearth/cli/own_server.h"

namespace hearth::cli {
namespace {

struct Client {
  const char* program;
  const char* title;
  const char* package;  ///< of npm
  Result<Wiring> (*wire)(const agent::Server&, const agent::OfferedModel&);
};

constexpr Client clients[] = {
    {"claude", "Claude Code", "@anthropic-ai/claude-code", &wire_claude},
    {"codex", "Codex", "@openai/codex", &wire_codex},
    {"opencode", "opencode", "opencode-ai", &wire_opencode},
    {"qwen", "Qwen Code", "@qwen-code/qwen-code", &wire_qwen},
    {"pi", "pi", "@mariozechner/pi-coding-agent", &wire_pi},
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
  wish.own = own_server();
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
  const auto model = agent::offered_model_or_refusal(*server, {});
  if (!model) return std::unexpected(model.error());
  const auto wiring = client.wire(*server, *model);
  if (!wiring) return std::unexpected(wiring.error());
  return become(client, *wiring, arguments);
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
