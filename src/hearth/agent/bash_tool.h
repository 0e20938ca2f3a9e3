#pragma once

#include <memory>

#include "hearth/agent/shell/shell.h"
#include "hearth/agent/tool.h"

namespace hearth::agent {

/// Runs shell commands, also ones that go on in the background. `shell` outlives it.
std::unique_ptr<Tool> make_bash_tool(Shell& shell);

/// The output of a command in the background, and its end.
std::unique_ptr<Tool> make_job_tool(Shell& shell);

}  // namespace hearth::agent
