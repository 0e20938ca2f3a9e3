#include "hearth/agent/agent.h"

#include <fmt/format.h>

#include <cstdio>
#include <iostream>

#include "hearth/agent/commands/slash_commands.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/session/begin_session.h"
#include "hearth/agent/stream_input.h"
#include "hearth/base/xdg.h"

namespace hearth::agent {
namespace {

int converse(Session& session, Output& output) {
  output.status(
      "Type a task, /help for commands, or an empty line to end. Esc or Ctrl-C "
      "interrupts.");
  bool good = true;
  while (true) {
    fmt::print("> ");
    std::fflush(stdout);
    std::string line;
    if (!std::getline(std::cin, line) || trimmed(line).empty()) break;
    switch (run_slash_command(session, line)) {
      case SlashResult::ended: return good ? 0 : 1;
      case SlashResult::done: continue;
      case SlashResult::no_command: break;
    }
    good = session.run(line).good();
  }
  return good ? 0 : 1;
}

JsonEvents events_for(const AgentOptions& options) {
  if (options.format == OutputFormat::json) return JsonEvents::none;
  return options.partial_messages ? JsonEvents::with_pieces : JsonEvents::whole;
}

}  // namespace

std::filesystem::path sessions_dir() {
  return state_dir() / "sessions";
}

int run_agent(const AgentOptions& options, const AgentNeeds& needs) {
  if (options.stream_input) return run_stream_input(options, needs);
  const bool interactive = !options.prompt;
  const auto output = options.format == OutputFormat::text || interactive
                          ? make_terminal_output(interactive)
                          : make_json_output(events_for(options));
  auto session = begin_session(options, needs, *output);
  if (!session) {
    output->finished(outcome_of(session.error()));
    return 1;
  }
  if (!interactive) return (*session)->run(*options.prompt).good() ? 0 : 1;
  return converse(**session, *output);
}

}  // namespace hearth::agent
