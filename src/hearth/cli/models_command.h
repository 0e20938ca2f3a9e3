#pragma once

#include <CLI/CLI.hpp>

namespace hearth::cli {

/// Registers `hearth get` and `hearth models`. A command that fails writes its reason to standard
/// error and throws CLI::RuntimeError(1) out of `app.parse`, for which `app.exit` returns 1.
void add_models_commands(CLI::App& app);

}  // namespace hearth::cli
