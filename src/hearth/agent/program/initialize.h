#pragma once

#include "hearth/agent/agent.h"
#include "hearth/agent/program/program_channel.h"
#include "hearth/base/json.h"

namespace hearth::agent {

/// Adds what a program says of its session when it greets (the control request `initialize` of the
/// Claude Agent SDK) to `options`: system prompts, subagents, a schema for the result, and its own
/// hooks and MCP servers, which are asked over `channel` and so must be gone before it.
/// Errors: config, naming the member; `options` may hold a part then.
Result<void> take_initialize(const json::object& request, ProgramChannel& channel,
                             AgentOptions& options);

/// The answer to it: the commands and subagents that there are.
json::object initialize_response(const AgentOptions& options);

}  // namespace hearth::agent
