#pragma once

#include <memory>

#include "hearth/agent/style.h"
#include "hearth/agent/workplace.h"

namespace hearth::agent {

/// The model calls tools in turns. `native`: it decides when to call one, and is done when it does
/// not. `forced`: every answer is a call (the server constrains it), and the tool `finish` ends the
/// work. The conversation is append-only; system prompt and tools change within it only if a model
/// that should decide itself writes two malformed calls in a row: from then on it is forced.
enum class Calling { native, forced };
std::unique_ptr<Style> make_tool_style(Workplace& workplace, Calling calling);

/// What every request of a session begins with: the system prompt and the tools.
chat::Request opening_request(const Workplace& workplace, Calling calling);

}  // namespace hearth::agent
