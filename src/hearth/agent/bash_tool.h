#pragma once

#include <memory>

#include "hearth/agent/folder.h"
#include "hearth/agent/tool.h"

namespace hearth::agent {

/// Runs shell commands in the folder. `folder` outlives it.
std::unique_ptr<Tool> make_bash_tool(const Folder& folder);

}  // namespace hearth::agent
