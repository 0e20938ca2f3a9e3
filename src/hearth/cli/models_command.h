#pragma once

#include <CLI/CLI.hpp>

namespace hearth::cli {

/// Registers `hearth get` and `hearth models`; they set `exit_code` (see finish).
void add_models_commands(CLI::App& app, int& exit_code);

}  // namespace hearth::cli
