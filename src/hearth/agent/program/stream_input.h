#pragma once

#include "hearth/agent/agent.h"

namespace hearth::agent {

/// A session that another program drives by JSON lines, in the shapes of the Claude Code SDK: user
/// messages and control requests (`initialize`, `interrupt`, `set_permission_mode`, `set_model`,
/// `mcp_status`) come on standard input; what happens, and what the program is asked
/// (`can_use_tool`, `hook_callback`, `mcp_message`), goes to standard output. The session begins
/// with the first of its messages. It ends when standard input does, after the tasks that came.
/// Returns the exit code: 1 if the session could not begin; how a task ended is in its result.
int run_stream_input(const AgentOptions& options, const AgentNeeds& needs);

}  // namespace hearth::agent
