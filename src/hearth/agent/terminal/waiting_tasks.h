#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "hearth/agent/terminal/session_worker.h"
#include "hearth/agent/terminal/styled_text.h"
#include "hearth/agent/terminal/transcript.h"

namespace hearth::agent {

/// What was submitted and has not begun: tasks, commands of the agent's (`/…`) and of the shell
/// (`!…`).
class WaitingTasks {
 public:
  /// Both outlive it.
  WaitingTasks(SessionWorker& worker, Transcript& transcript)
      : worker_(worker), transcript_(transcript) {}

  void add(std::string text) { texts_.push_back(std::move(text)); }
  /// The last one, to be edited. Nothing if none waits.
  std::optional<std::string> take_last();
  void clear() { texts_.clear(); }

  /// Gives the first one to the session, if that has time. False: none was begun.
  bool begin_next();

  [[nodiscard]] std::vector<StyledLine> lines() const;

 private:
  void begin_task(std::string text);
  void begin_command(std::string line);

  SessionWorker& worker_;
  Transcript& transcript_;
  std::deque<std::string> texts_;
};

}  // namespace hearth::agent
