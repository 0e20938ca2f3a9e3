#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "hearth/chat/request.h"
#include "hearth/wire/fields.h"

namespace hearth::wire {

/// A problem at `path` if none of the request's tools is named `name`.
void check_tool_name(const chat::Request& request, std::string_view name, const std::string& path,
                     Problems& problems);

/// Reads the name of a tool that a choice names, which is of this type.
using NameOfTool = std::function<std::string(Fields& tool, std::string_view type)>;

/// The list `tools` in the `allowed_tools` of OpenAI's APIs: the functions and custom tools that
/// may be called. Others in it are the provider's own to run; if there are only such, all stay
/// allowed, with a warning.
void decode_allowed_list(Fields& allowed, const NameOfTool& name_of, chat::Request& request);

}  // namespace hearth::wire
