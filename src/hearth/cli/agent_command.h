#pragma once

#include <CLI/CLI.hpp>

#include <functional>

#include "hearth/base/error.h"

namespace hearth::cli {

/// What the agent needs of rooms it does not know.
struct AgentHooks {
  /// Makes sure there is a model on disk, offering to fetch one if `interactive`.
  std::function<Result<void>(bool interactive)> ensure_model;
};

/// Makes the agent what `app` does when no subcommand is given: `hearth` and `hearth -p TEXT`.
/// It sets `exit_code`.
void add_agent_command(CLI::App& app, AgentHooks hooks, int& exit_code);

}  // namespace hearth::cli
