#pragma once

#include "hearth/agent/agent.h"

namespace hearth::agent {

/// The agent for a person at a terminal, until they end it: what is said scrolls into the
/// terminal's own scrollback, below it are a place to write, what goes on, and what it costs.
/// REQUIRES: standard input and output are a terminal. Returns the program's exit code.
int run_terminal(const AgentOptions& options, const AgentNeeds& needs);

}  // namespace hearth::agent
