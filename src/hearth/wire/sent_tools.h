#pragma once

#include <string>
#include <vector>

#include "hearth/chat/request.h"

namespace hearth::wire {

/// The tools that a server without tools of its own is told of: plain functions, and those with
/// `defer_loading` only once a tool_reference names them. Server tools (a type such as
/// web_search_20250305) are left out, since no other server has them. They point into `request`.
std::vector<const chat::Tool*> tools_to_send(const chat::Request& request);

/// `choice` for an API that cannot be told which tools are allowed: the only one that is, where a
/// call is demanded, is the one demanded.
chat::ToolChoice narrowed(chat::ToolChoice choice);

/// Says so, where such an API allows more tools than the client does; else empty.
std::string allowed_note(const chat::Request& request);

/// The choice among these: a tool that is not sent cannot be demanded, and the choice is then the
/// model's.
chat::ToolChoice choice_to_send(const chat::Request& request);

/// Says so, where that is another choice than the client's; else empty.
std::string choice_note(const chat::Request& request);

/// What stands in a prompt in place of a reference.
std::string note_of(const chat::ToolReferenceBlock& reference);

/// A tool's result for a server that takes text only: its texts, documents and references, a line
/// end between them; images are left out.
std::string text_of_result(const chat::ToolResultBlock& result);

}  // namespace hearth::wire
