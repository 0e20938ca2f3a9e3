#pragma once

#include "hearth/agent/shell/shell_script.h"

namespace hearth::agent {

/// Whether the program can only look, going by its name and options: it changes no file, runs no
/// other program, and follows no symbolic links but those that it is given. Which files it is given
/// is not looked at. REQUIRES: its words hold no expansions.
bool only_looks_by_options(const ShellPart& part);

}  // namespace hearth::agent
