#include "hearth/agent/agent.h"

#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "hearth/agent/commands/slash_commands.h"
#include "hearth/agent/interrupt.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/program/stream_input.h"
#include "hearth/agent/session/begin_session.h"
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

void run_typed_command(Session& session, const std::string& line) {
  std::stop_source stop;
  const InterruptWatch watch(stop, InterruptWatch::Keys::watched);
  const auto ran = session.run_typed_command(line, stop.get_token());
  session.output().status(!ran                  ? ran.error().message
                          : ran->output.empty() ? "(no output)"
                                                : ran->output);
}

/// Line by line: for screen readers, dumb terminals and pipes.
int converse(const AgentOptions& options, const AgentNeeds& needs, std::unique_ptr<Session> session,
             Output& output) {
  AgentOptions anew = options;
  anew.go_on = anew.fork = false;
  anew.resume.clear();
  output.status(
      "Type a task, /help for commands, or an empty line to end. Esc or Ctrl-C "
      "interrupts.");
  bool good = true;
  std::string typed;
  while (auto line = next_line(typed)) {
    if (trimmed(*line).empty()) break;
    if (line->starts_with('!')) {
      run_typed_command(*session, line->substr(1));
      continue;
    }
    if (const auto word = trimmed(*line); word == "/clear" || word == "/new") {
      auto next = begin_session(anew, needs, output);
      if (!next) {
        output.status(next.error().message);
        continue;
      }
      session = std::move(*next);
      output.status("A new session begins.");
      continue;
    }
    SlashResult result = run_command_line(*session, *line);
    switch (result.kind) {
      case SlashResult::Kind::ended: return good ? 0 : 1;
      case SlashResult::Kind::done: continue;
      case SlashResult::Kind::task: *line = std::move(result.task); break;
      case SlashResult::Kind::no_command: break;
    }
    good = session->run(*line).good();
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
  if (interactive) return converse(options, needs, std::move(*session), *output);
  const Outcome outcome = run_line(**session, *options.prompt, {},
                                   [&](const std::string& task) { return (*session)->run(task); });
  return outcome.good() ? 0 : 1;
}

}  // namespace hearth::agent
