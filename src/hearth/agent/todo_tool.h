#pragma once

#include <memory>

#include "hearth/agent/output.h"
#include "hearth/agent/tool.h"

namespace hearth::agent {

/// The plan of a longer work, which the model writes and a person sees. `output` outlives it.
std::unique_ptr<Tool> make_todo_tool(Output& output);

}  // namespace hearth::agent
