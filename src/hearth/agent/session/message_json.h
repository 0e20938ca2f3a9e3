#pragma once

#include "hearth/base/json.h"
#include "hearth/chat/event.h"
#include "hearth/chat/message.h"

namespace hearth::agent {

/// A message in the Messages API's shape (`role`, `content`), for the session's record and for
/// other programs.
json::value message_as_json(const chat::Message& message);

/// The message that was written so. What cannot be understood in it is left out.
chat::Message message_from_json(const json::object& message);

/// `input_tokens`, `cache_read_input_tokens`, `cache_creation_input_tokens`, `output_tokens`.
json::object usage_as_json(const chat::Usage& usage);

}  // namespace hearth::agent
