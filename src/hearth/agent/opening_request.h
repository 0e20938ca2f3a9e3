#pragma once

#include <string_view>

#include "hearth/agent/calling.h"
#include "hearth/agent/workplace.h"

namespace hearth::agent {

/// The tool that ends the work, where every answer is a call.
inline constexpr std::string_view finish_name = "finish";

/// What every request of a session begins with: the system prompt and the tools.
chat::Request opening_request(const Workplace& workplace, Calling calling);

}  // namespace hearth::agent
