// What works here: the server, the sandbox, the programs that help.
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <string>

#include "hearth/agent/commands/built_in_commands.h"
#include "hearth/agent/session/session.h"
#include "hearth/agent/spawn.h"
#include "hearth/agent/subagents.h"
#include "hearth/base/environment.h"

namespace hearth::agent {
namespace {

void report(Session& session, bool good, std::string_view what, std::string_view detail) {
  say(session, fmt::format("  {} {:<16} {}", good ? "✓" : "✗", what, detail));
}

void check_server(Session& session) {
  constexpr std::chrono::seconds patience{5};
  const auto reply = http_get(session.server(), "/v1/models", patience);
  if (!reply) {
    report(session, false, "server", reply.error().message);
    return;
  }
  report(session, reply->status == 200, "server",
         fmt::format("{} answers with status {}", session.server().url, reply->status));
  report(session, true, "model",
         session.window() > 0
             ? fmt::format("{}, a window of {} tokens", session.model(), session.window())
             : fmt::format("{}; its window is not known until it is loaded", session.model()));
}

void check_programs(Session& session) {
  struct Helper {
    const char* name;
    const char* without;
  };
  static constexpr std::array helpers{
      Helper{"git", "no /undo, no /diff"},
      Helper{"bwrap", "each command is asked about (Debian: apt install bubblewrap)"},
  };
  for (const auto& [name, without] : helpers) {
    const std::string path = program_on_path(name);
    report(session, !path.empty(), name,
           path.empty() ? fmt::format("not found: {}", without) : path);
  }
}

}  // namespace

void show_doctor(Session& session, std::string_view, const std::stop_token&) {
  check_server(session);
  const bool sandboxed = session.shell().sandboxed();
  report(session, sandboxed, "sandbox",
         sandboxed ? "commands run in it" : session.shell().why_not_sandboxed());
  check_programs(session);
  for (const McpServers::State& state : session.mcp().states()) {
    report(session, state.problem.empty(), state.name,
           state.problem.empty() ? fmt::format("MCP server with {} tools", state.tools)
                                 : state.problem);
  }
  for (const std::string& problem : session.settings().problems) {
    report(session, false, "settings", problem);
  }
  const std::string term = environment_variable("TERM");
  report(session, !term.empty(), "terminal", term.empty() ? "TERM is not set" : term);
  report(session, true, "session",
         fmt::format("{}/{}.jsonl", sessions_dir().string(), session.id()));
}

void show_agents(Session& session, std::string_view, const std::stop_token&) {
  for (const Subagent& agent :
       subagents_for(session.folder(), session.sources(), session.given_subagents())) {
    say(session, fmt::format("  {:<20} {}{}", agent.name, agent.description,
                             agent.only_reads ? " (only reads)" : ""));
  }
}

}  // namespace hearth::agent
