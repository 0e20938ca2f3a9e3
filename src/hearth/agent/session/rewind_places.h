#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "hearth/agent/session/task_start.h"
#include "hearth/chat/message.h"

namespace hearth::agent {

/// A message that a session can go back to.
struct RewindPlace {
  std::size_t messages = 0;             ///< as many stay
  std::string text;                     ///< of a task: what was typed; of a step: what it did
  std::vector<RewindPlace> steps = {};  ///< of a task, the oldest first
};

/// Each task, and behind each of its steps that has something behind it. `subject` tells what a
/// call is about.
std::vector<RewindPlace> rewind_places(
    const std::vector<TaskStart>& tasks, const std::vector<chat::Message>& messages,
    const std::function<std::string(const chat::ToolUseBlock&)>& subject);

}  // namespace hearth::agent
