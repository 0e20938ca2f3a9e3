#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hearth/chat/request.h"
#include "hearth/wire/fields.h"

namespace hearth::wire {

/// temperature, top_p, min_p, top_k, the penalties, seed: of chat and raw completions. A negative
/// seed or top_k, which some clients send for "none", is unset.
chat::Sampling decode_sampling(Fields& body);

/// `stop`: a string or a list of strings. Empty ones, which would stop at once, are left out.
std::vector<std::string> decode_stop(Fields& body);

/// `n`: at most 128.
int decode_choices(Fields& body);

/// `tool_choice` where it is a word. Returns the object where it is one, else null.
const json::object* decode_tool_mode(Fields& body, chat::ToolChoice& choice);

/// `parallel_tool_calls`, and that there is a tool where one is demanded.
void decode_tool_limits(Fields& body, chat::Request& request);

/// An image by its URL; a `data:` URL must be in base64.
chat::ImageBlock decode_image_url(std::string_view url, const std::string& path,
                                  Problems& problems);

/// A call's `arguments`: the text as it was written if it is an object's, else an object that holds
/// it. `arguments` may be null.
std::string decode_arguments(const json::value* arguments);

}  // namespace hearth::wire
