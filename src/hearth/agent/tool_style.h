#pragma once

#include <memory>

#include "hearth/agent/calling.h"
#include "hearth/agent/style.h"
#include "hearth/agent/workplace.h"

namespace hearth::agent {

/// The model calls tools in turns. The conversation is append-only; system prompt and tools change
/// within it only if a model that should decide itself writes two malformed calls in a row: from
/// then on it is forced.
std::unique_ptr<Style> make_tool_style(Workplace& workplace, Calling calling);

}  // namespace hearth::agent
