#pragma once

#include <string_view>

#include "hearth/base/json.h"
#include "hearth/chat/message.h"

namespace hearth::wire {

/// What goes along of the fields that have no meaning in the middle.
enum class PartExtra {
  keep,                  ///< all: the client speaks this format, too (`detail`, …)
  keep_but_cache_marks,  ///< where the route's server refuses `cache_control`
  cache_marks,           ///< that of Anthropic's clients, which OpenRouter takes for such models
  drop
};

json::object text_part(std::string_view text);
json::object image_part(const chat::ImageBlock& image, PartExtra extra);

/// Text, images and files of a message for a chat completion: a string if there is only text, since
/// not every server takes parts.
json::value content_of(const chat::Message& message, PartExtra extra);

/// The message of role `tool`, without the result's images.
json::object tool_message(const chat::ToolResultBlock& result, PartExtra extra);

/// Adds what `extra` lets through of `fields`, where `to` has no such member.
void add_extra(json::object& to, const json::object& fields, PartExtra extra);

}  // namespace hearth::wire
