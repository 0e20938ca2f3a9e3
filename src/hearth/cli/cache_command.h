#pragma once

#include <CLI/CLI.hpp>

namespace hearth::cli {

/// `hearth cache` and its clear, verify and warm.
void add_cache_command(CLI::App& app, int& exit_code);

}  // namespace hearth::cli
