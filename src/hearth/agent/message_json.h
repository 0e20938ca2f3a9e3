#pragma once

#include "hearth/base/json.h"
#include "hearth/chat/event.h"
#include "hearth/chat/message.h"

namespace hearth::agent {

/// A message in the Messages API's shape (`role`, `content`), for the session's record and for
/// other programs.
json::value message_as_json(const chat::Message& message);

/// `input_tokens`, `cache_read_input_tokens`, `cache_creation_input_tokens`, `output_tokens`.
json::object usage_as_json(const chat::Usage& usage);

}  // namespace hearth::agent
