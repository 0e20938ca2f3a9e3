#pragma once

#include "hearth/chat/infill.h"
#include "hearth/engine/prompt.h"

namespace hearth::engine {

/// `before` and `infill` in the order in which models are trained on them (prefix, suffix, middle;
/// other files in front, each behind its name). Error: invalid_request for a model without tokens
/// that mark a gap.
Result<Prompt> infill_prompt(const Weights& weights, const chat::Infill& infill, Prompt before);

}  // namespace hearth::engine
