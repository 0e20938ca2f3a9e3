#pragma once

#include <vector>

#include "hearth/chat/request.h"
#include "hearth/engine/replays.h"

namespace hearth::engine {

/// What every request begins with that goes on from `answer` to `request`: with a result of each
/// of its tool calls, or else with words of the user. Some templates take out the thoughts of
/// earlier turns then, all of them close the message. Empty if the template refuses it.
[[nodiscard]] std::vector<Token> next_prompt(const Weights& weights, Replays& replays,
                                             chat::Request request, chat::Message answer);

}  // namespace hearth::engine
