#pragma once

#include <string>
#include <string_view>

#include "hearth/base/error.h"
#include "hearth/chat/request.h"

namespace hearth::chat {

/// Whether the server itself would run it (`web_search_20250305`), or the model knows it without a
/// schema (`bash_20250124`): its type names something that only a hosted service has.
bool is_server_tool(const Tool& tool);

/// What of `request` no model of another server can do: the tools above, and their earlier calls
/// and results. One sentence; empty if there is none of it.
std::string server_tools_note(const Request& request);

/// Whether nothing but those would do: one is demanded, or there are no other tools.
bool demands_server_tool(const Request& request);

/// What to say to such a request where the answering model is `where`.
Error server_tools_refusal(const Request& request, std::string_view where);

/// Takes them out.
void remove_server_tools(Request& request);

}  // namespace hearth::chat
