#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/base/json.h"

namespace hearth::agent {

/// The name that Claude Code's settings have for one of our tools: "Bash" for "bash".
std::string known_tool_name(std::string_view tool);

/// Our names of these tools, whose names are ours or Claude Code's; what is unknown stays.
std::vector<std::string> our_tool_names(const std::vector<std::string>& names);

/// The arguments of a call of our `tool` under Claude Code's names: `file_path`, which is absolute
/// there, for `path`, and times in milliseconds. `folder` is where relative paths begin.
json::object known_arguments(std::string_view tool, const json::object& arguments,
                             const std::filesystem::path& folder);

/// The way back. What has our names already keeps them.
json::object our_arguments(std::string_view tool, const json::object& arguments,
                           const std::filesystem::path& folder);

}  // namespace hearth::agent
