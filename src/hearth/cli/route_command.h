#pragma once

#include <CLI/CLI.hpp>

namespace hearth::cli {

/// `hearth route explain FILE`.
void add_route_command(CLI::App& app, int& exit_code);

}  // namespace hearth::cli
