#pragma once

#include <span>
#include <string_view>

#include "hearth/chat/message.h"

namespace hearth::agent {

/// Whether an earlier call of `tool` in the conversation had `text` as its result, so that the
/// model need not read it again. False for short texts: saying so would be as long.
bool has_earlier_result(std::span<const chat::Message> conversation, std::string_view tool,
                        std::string_view text);

}  // namespace hearth::agent
