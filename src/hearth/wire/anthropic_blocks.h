#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hearth/base/json.h"
#include "hearth/chat/message.h"
#include "hearth/wire/fields.h"

namespace hearth::wire {

/// A Messages API `content`: a string or an array of blocks. What is wrong with it goes to
/// `problems`; a block of an unknown type is a chat::ServerToolBlock.
std::vector<chat::Block> decode_content(const json::value& content, const std::string& path,
                                        Problems& problems);

enum class BlockExtra { keep, drop };

/// The block as the Messages API writes it.
json::object encode_block(const chat::Block& block, BlockExtra extra);

/// Whether blocks of that type are a server's tool's, and no newer ones that we do not know.
bool is_of_server_tool(std::string_view type);

/// What to say where a block of an unknown type cannot stand.
std::string unknown_block_note(std::string_view type);

/// A tool id in the characters that the API allows, [a-zA-Z0-9_-].
std::string api_tool_id(std::string_view id);

/// The arguments as a JSON object; text that is none stays readable under "unparsed_arguments".
json::object parse_arguments(std::string_view arguments);

}  // namespace hearth::wire
