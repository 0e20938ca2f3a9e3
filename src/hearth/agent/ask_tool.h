#pragma once

#include <memory>

#include "hearth/agent/person.h"
#include "hearth/agent/tool.h"

namespace hearth::agent {

/// Asks the person something in words. Where nobody can be asked (`person` is null, or does not
/// answer), the model is told to decide by itself. `person` outlives it.
std::unique_ptr<Tool> make_ask_tool(const Person* person);

}  // namespace hearth::agent
