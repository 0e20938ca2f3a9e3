#pragma once

#include <CLI/CLI.hpp>

namespace hearth::cli {

/// `hearth sessions`: the agent's sessions that can be gone on with, newest first.
void add_sessions_command(CLI::App& app, int& exit_code);

}  // namespace hearth::cli
