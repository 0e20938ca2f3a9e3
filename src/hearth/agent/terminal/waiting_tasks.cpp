#include "hearth/agent/terminal/waiting_tasks.h"

#include <utility>

#include "hearth/agent/commands/slash_commands.h"
#include "hearth/agent/session/session.h"

namespace hearth::agent {

std::optional<std::string> WaitingTasks::take_last() {
  if (texts_.empty()) return std::nullopt;
  std::string text = std::move(texts_.back());
  texts_.pop_back();
  return text;
}

bool WaitingTasks::begin_next() {
  const SessionState state = worker_.state();
  if (!state.ready || state.busy || state.queued > 0 || texts_.empty()) return false;
  std::string text = std::move(texts_.front());
  texts_.pop_front();
  transcript_.show_typed(text);
  if (text.starts_with('!')) {
    begin_command(text.substr(1));
  } else {
    begin_task(std::move(text));
  }
  return true;
}

void WaitingTasks::begin_task(std::string text) {
  worker_.post([this, text = std::move(text)](Session& session, const std::stop_token& stop) {
    SlashResult result = run_slash_command(session, text, stop);
    transcript_.rest();
    switch (result.kind) {
      case SlashResult::Kind::ended: return false;
      case SlashResult::Kind::done: return true;
      case SlashResult::Kind::task: break;
      case SlashResult::Kind::no_command: result.task = text; break;
    }
    worker_.set_good(session.run(result.task, stop).good());
    return true;
  });
}

void WaitingTasks::begin_command(std::string line) {
  worker_.post([this, line = std::move(line)](Session& session, const std::stop_token& stop) {
    transcript_.progress("running");
    const auto ran = session.run_typed_command(line, stop);
    transcript_.tool_result(
        {}, ran ? ToolResult{.text = ran->output.empty() ? "(no output)" : ran->output,
                             .is_error = !ran->passed(),
                             .diff = {}}
                : tool_error(ran.error().message));
    transcript_.rest();
    return true;
  });
}

std::vector<StyledLine> WaitingTasks::lines() const {
  std::vector<StyledLine> lines;
  lines.reserve(texts_.size());
  for (const std::string& text : texts_) {
    lines.push_back({{"  waits: ", muted_style}, {text.substr(0, text.find('\n')), muted_style}});
  }
  return lines;
}

}  // namespace hearth::agent
