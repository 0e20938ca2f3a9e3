#pragma once

#include <CLI/CLI.hpp>

namespace hearth::cli {

/// `hearth serve` and `hearth stop`.
void add_serve_commands(CLI::App& app, int& exit_code);

}  // namespace hearth::cli
