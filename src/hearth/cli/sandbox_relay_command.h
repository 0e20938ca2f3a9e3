#pragma once

#include <CLI/CLI.hpp>

namespace hearth::cli {

/// `hearth sandbox-relay SOCKET -- PROGRAM…`: what the agent's sandbox begins commands with, so
/// that they reach the hosts that were allowed. Not for people; the help does not show it.
void add_sandbox_relay_command(CLI::App& app, int& exit_code);

}  // namespace hearth::cli
