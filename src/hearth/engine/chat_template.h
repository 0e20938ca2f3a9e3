#pragma once

#include <chat.h>

#include "hearth/chat/request.h"
#include "hearth/engine/weights.h"

namespace hearth::engine {

/// What llama-common's templates are given for `request`, but for messages and tools. Private to
/// engine/.
common_chat_templates_inputs template_inputs(const chat::Request& request);

/// One call at a time: llama-common writes the date with std::localtime, whose result is one for
/// all threads. Throws what the template throws.
common_chat_params apply_chat_template(const Weights& weights,
                                       const common_chat_templates_inputs& inputs);

}  // namespace hearth::engine
