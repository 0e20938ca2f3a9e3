#pragma once

#include <CLI/CLI.hpp>

#include "hearth/agent/agent.h"

namespace hearth::cli {

/// `hearth eval`: measures how well models do tasks, in which style. It sets `exit_code`.
void add_eval_command(CLI::App& app, agent::AgentNeeds needs, int& exit_code);

}  // namespace hearth::cli
