#pragma once

#include "hearth/agent/shell/shell_script.h"

namespace hearth::agent {

/// Whether each part can only look, and only at files below the working directory that hold no
/// secrets.
bool only_looks(const ShellScript& script);

}  // namespace hearth::agent
