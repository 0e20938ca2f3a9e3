#include "hearth/agent/agent.h"

#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <optional>
#include <string>
#include <utility>

#include "hearth/agent/commands/slash_commands.h"
#include "hearth/agent/interrupt.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/session/begin_session.h"
#include "hearth/agent/stream_input.h"
#include "hearth/agent/terminal/terminal_settings.h"
#include "hearth/agent/terminal/terminal_ui.h"
#include "hearth/base/xdg.h"

namespace hearth::agent {
namespace {

SlashResult run_command_line(Session& session, std::string_view line) {
  std::stop_source stop;
  const InterruptWatch watch(stop, InterruptWatch::Keys::watched);
  return run_slash_command(session, line, stop.get_token());
}

/// The next line; what was typed while something ran comes first.
std::optional<std::string> next_line(std::string& typed) {
  typed += take_typed_ahead();
  // Whoever pressed Enter while it worked did not mean to end the session.
  typed.erase(0, typed.find_first_not_of(" \n"));
  std::string line;
  const std::size_t end = typed.find('\n');
  if (end != std::string::npos) {
    line = typed.substr(0, end);
    typed.erase(0, end + 1);
    fmt::print("> {}\n", line);
    std::fflush(stdout);
    return line;
  }
  fmt::print("> {}", typed);
  std::fflush(stdout);
  if (!std::getline(std::cin, line)) return std::nullopt;
  return std::exchange(typed, {}) + line;
}

/// Line by line: for screen readers, dumb terminals and pipes.
int converse(Session& session, Output& output) {
  output.status(
      "Type a task, /help for commands, or an empty line to end. Esc or Ctrl-C "
      "interrupts.");
  bool good = true;
  std::string typed;
  while (auto line = next_line(typed)) {
    if (trimmed(*line).empty()) break;
    SlashResult result = run_command_line(session, *line);
    switch (result.kind) {
      case SlashResult::Kind::ended: return good ? 0 : 1;
      case SlashResult::Kind::done: continue;
      case SlashResult::Kind::task: *line = std::move(result.task); break;
      case SlashResult::Kind::no_command: break;
    }
    good = session.run(*line).good();
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
  if (interactive && can_draw(load_terminal_settings())) return run_terminal(options, needs);
  if (options.choose_session) {
    fmt::print(stderr,
               "hearth: without a terminal to choose in, -r needs a session's ID; `hearth "
               "sessions` lists them\n");
    return 2;
  }
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
