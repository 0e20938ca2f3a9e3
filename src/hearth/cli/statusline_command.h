#pragma once

#include <CLI/CLI.hpp>

namespace hearth::cli {

/// `hearth statusline`: one line for Claude Code's status line, after the configuration's
/// `StatusLine`.
void add_statusline_command(CLI::App& app, int& exit_code);

}  // namespace hearth::cli
