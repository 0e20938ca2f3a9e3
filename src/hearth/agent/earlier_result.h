#pragma once

#include <span>
#include <string>
#include <string_view>

#include "hearth/chat/message.h"

namespace hearth::agent {

/// `text`, the result of a call of `tool`; or, where an earlier call of it in the conversation had
/// the same result, words that say so: the model need not read it again. A short text is repeated.
std::string new_or_where(std::span<const chat::Message> conversation, std::string_view tool,
                         std::string text);

}  // namespace hearth::agent
