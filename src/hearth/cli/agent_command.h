#pragma once

#include <CLI/CLI.hpp>

#include "hearth/agent/agent.h"

namespace hearth::cli {

/// Makes the agent what `app` does when no subcommand is given: `hearth` and `hearth -p TEXT`.
/// It sets `exit_code`.
void add_agent_command(CLI::App& app, agent::AgentNeeds needs, int& exit_code);

}  // namespace hearth::cli
