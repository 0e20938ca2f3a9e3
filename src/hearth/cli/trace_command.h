#pragma once

#include <CLI/CLI.hpp>

namespace hearth::cli {

/// `hearth trace simulate|report|record`.
void add_trace_command(CLI::App& app, int& exit_code);

}  // namespace hearth::cli
