#pragma once

#include <CLI/CLI.hpp>

namespace hearth::cli {

/// `hearth config check|import|key|schema`.
void add_config_command(CLI::App& app, int& exit_code);

}  // namespace hearth::cli
