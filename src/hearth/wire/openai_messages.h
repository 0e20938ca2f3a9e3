#pragma once

#include <vector>

#include "hearth/chat/message.h"
#include "hearth/wire/fields.h"

namespace hearth::wire {

/// `messages` of a chat completions request; see decode_chat_request.
void decode_chat_messages(Fields& body, std::vector<chat::Message>& messages);

}  // namespace hearth::wire
