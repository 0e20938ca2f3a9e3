#pragma once

#include <vector>

#include <chat.h>

#include "hearth/chat/request.h"

namespace hearth::engine {

/// Where a system message may stand in a model's template.
enum class SystemMessages {
  in_place,         ///< wherever the client put it
  first_else_user,  ///< only at the front; later ones are rendered as the user's
};

/// The conversation as llama-common's chat functions take it. Tool results come before the user's
/// text, each as a message of its own, with the name of the tool that was called.
/// Errors: invalid_request for an image.
Result<std::vector<common_chat_msg>> to_template_messages(const chat::Request& request,
                                                          SystemMessages system_messages);

/// `tool` as an OpenAI function definition, one line of JSON.
std::string describe_tool(const chat::Tool& tool);

common_chat_tool to_template_tool(const chat::Tool& tool);

}  // namespace hearth::engine
