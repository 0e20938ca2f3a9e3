#pragma once

#include <string>
#include <vector>

#include "hearth/base/json.h"

namespace hearth::agent {

/// A state of the files in the midst of a task.
struct StepState {
  std::size_t messages = 0;  ///< how many there were, the call that was about to change files last
  std::string state;         ///< before that change
};

/// Where a task begins in a session.
struct TaskStart {
  std::size_t messages = 0;  ///< how many came before it
  std::string text;
  std::string state = {};  ///< of the files before its first change; empty if it changed none
  std::vector<StepState> steps = {};  ///< each that changed files, in order
};

/// As a session's log keeps them.
json::array task_starts_as_json(const std::vector<TaskStart>& starts);
/// What is no task is left out.
std::vector<TaskStart> task_starts_from_json(const json::array& starts);

/// `{"messages": N, "state": …}`; another object adds nothing.
void add_step(TaskStart& start, const json::object& step);
/// What began, or changed files, behind the first `messages` messages.
void forget_after(std::vector<TaskStart>& starts, std::size_t messages);
/// The files' state when there were so many messages; empty if nothing has changed them since.
std::string state_before(const std::vector<TaskStart>& starts, std::size_t messages);

}  // namespace hearth::agent
