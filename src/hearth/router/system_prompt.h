#pragma once

#include <string>

#include "hearth/chat/request.h"

namespace hearth::router {

/// REWRITE_SYSTEM_PROMPT: `prompt` takes the place of the system prompt's text up to its last
/// "<env>", behind which a client tells of the folder and the machine. A request without one stays
/// as it is; of what was done, `request.warnings` tells.
void rewrite_system_prompt(chat::Request& request, const std::string& prompt);

}  // namespace hearth::router
