#pragma once

#include <string>
#include <vector>

#include "hearth/base/json.h"
#include "hearth/chat/request.h"

namespace hearth::wire {

/// The body of a chat completions request to a remote server.
/// - Tool results come before the other content of the same message, as the API demands.
/// - An error in a tool result stays visible: its text is prefixed with "Error: ", since the API
///   has no field for it.
/// - Images in tool results, which the API cannot carry, follow in a user message of their own.
/// - Thinking is left out, as templates drop it; `"reasoning_content": true` in `provider_extra`
///   passes it back under that name (the field itself is then not sent).
/// - `"max_completion_tokens": true` in `provider_extra` sends the limit under that name.
/// - A streaming request always asks for `stream_options.include_usage`.
/// - Tools with `defer_loading` are sent only once a tool_reference names them; server tools (a
/// type
///   such as web_search_20250305) are not sent, since no other server has them.
/// - Custom tools and their calls go as they came between two sides of this format.
/// - An effort that OpenAI's API does not know becomes "high"; `thinking_form` in `provider_extra`
///   says how thinking is asked for (provider_fields.h).
/// `extra` is passed on if `extra_format` is "openai" or empty; of `provider_extra` what is not
/// there yet.
json::object encode_chat_request(const chat::Request& request);

/// What `request` asks that does not reach such a server, one sentence each.
std::vector<std::string> left_out_of_chat(const chat::Request& request);

}  // namespace hearth::wire
