#pragma once

#include <string_view>

#include "hearth/chat/request.h"

namespace hearth::router {

/// What kind of request it is; Claude Code Router's names.
enum class Scenario { default_, background, think, long_context, web_search, image };

/// "default", "background", "think", "longContext", "webSearch", "image".
std::string_view to_string(Scenario scenario);

/// Images in tool results count, too: an agent's read tool puts them there.
bool last_user_message_holds_image(const chat::Request& request);

/// The server tool of that kind; null if the request has none.
const chat::Tool* web_search_tool(const chat::Request& request);

/// `claude-*haiku*`, which Claude Code asks for titles, summaries and the like.
bool is_background_model(std::string_view model);

/// What a request is by itself, whatever is configured. `is_long`: its prompt is over the
/// threshold.
Scenario scenario_of(const chat::Request& request, bool is_long);

}  // namespace hearth::router
