#pragma once

#include <string>
#include <vector>

#include "hearth/base/json.h"

namespace hearth::agent {

/// Where a task begins in a session.
struct TaskStart {
  std::size_t messages = 0;  ///< how many came before it
  std::string text;
  std::string state = {};  ///< of the files before its first change; empty if it changed none
};

/// As a session's log keeps them.
json::array task_starts_as_json(const std::vector<TaskStart>& starts);
/// What is no task is left out.
std::vector<TaskStart> task_starts_from_json(const json::array& starts);

}  // namespace hearth::agent
