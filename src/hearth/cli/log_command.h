#pragma once

#include <CLI/CLI.hpp>

namespace hearth::cli {

/// `hearth log`: the requests that were served, newest last.
void add_log_command(CLI::App& app, int& exit_code);

}  // namespace hearth::cli
