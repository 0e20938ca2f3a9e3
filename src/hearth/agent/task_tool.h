#pragma once

#include <memory>
#include <string_view>

#include "hearth/agent/tool.h"
#include "hearth/agent/workplace.h"

namespace hearth::agent {

inline constexpr std::string_view task_tool_name = "task";

/// Gives a task to a subagent and returns its report. A subagent has the session's system prompt
/// and tools, so that a server has read them already; with `fork` it also begins with the
/// conversation so far. `explore` and `review` only read; further ones are in `.hearth/agents` and
/// `.claude/agents`. It is safe to run several at once. `workplace`, the session's, outlives it.
/// In a subagent's own hands it only says that there are no further ones.
enum class TaskFrom { session, subagent };
std::unique_ptr<Tool> make_task_tool(const Workplace& workplace, TaskFrom from);

}  // namespace hearth::agent
