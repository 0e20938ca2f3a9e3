#pragma once

#include "hearth/base/json.h"
#include "hearth/chat/request.h"

namespace hearth::wire {

/// The body of `POST /v1/chat/completions`. System and developer messages become Role::system where
/// they stand; a tool message becomes a tool result in a user message, and tool messages in a row
/// share one; `reasoning_content` (or `reasoning`) of an assistant message becomes thinking.
/// `prompt_cache_key` is also the session. A field without meaning in the middle stays in `extra`;
/// `extra_format` is "openai".
///
/// Errors: invalid_request, naming the path, what was expected and what was found, as
/// "messages[2].content[0].text: expected a string, found a number".
Result<chat::Request> decode_chat_request(const json::value& body);

/// `n`: how many answers are wanted; 1 where the body does not tell. REQUIRES: decode_chat_request
/// or decode_completion_request accepted the body.
int wanted_choices(const json::object& body);

/// `stream_options.include_usage`, which belongs to the stream and not to the request.
bool wants_usage(const json::object& body);

}  // namespace hearth::wire
