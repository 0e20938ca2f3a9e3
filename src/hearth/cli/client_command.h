#pragma once

#include <CLI/CLI.hpp>

#include "hearth/agent/reach_server.h"

namespace hearth::cli {

/// `hearth claude ARGS…` and `hearth codex ARGS…`: starts the server if need be, and becomes that
/// client, wired to it by environment variables and options. The user's own files stay as they are.
void add_client_commands(CLI::App& app, agent::EnsureModel ensure_model, int& exit_code);

}  // namespace hearth::cli
