#pragma once

#include <stop_token>

#include "hearth/agent/outcome.h"
#include "hearth/agent/workplace.h"
#include "hearth/base/json.h"

namespace hearth::agent {

/// Asks the model, behind the conversation, for the result of a task that has ended well, as JSON
/// after `schema`: `outcome.structured`. Where several answers are none, the outcome is no success
/// any more.
void add_structured_output(Workplace& work, const json::object& schema, const std::stop_token& stop,
                           Outcome& outcome);

}  // namespace hearth::agent
