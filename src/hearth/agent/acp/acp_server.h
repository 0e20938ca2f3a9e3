#pragma once

#include "hearth/agent/agent.h"

namespace hearth::agent {

/// Serves an editor on standard input and output: the Agent Client Protocol, version 1
/// (JSON-RPC 2.0, one message a line). The editor opens sessions, each in its own folder, sends
/// prompts, is told what happens and asked for permission. `options` are what every session begins
/// with. Ends with standard input; returns 0.
int run_acp_server(const AgentOptions& options, const AgentNeeds& needs);

}  // namespace hearth::agent
