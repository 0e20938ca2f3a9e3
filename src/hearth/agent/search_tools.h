#pragma once

#include <memory>
#include <string_view>

#include "hearth/agent/folder.h"
#include "hearth/agent/tool.h"

namespace hearth::agent {

/// Searches file contents (RE2 syntax) and file names. `folder` outlives them.
std::unique_ptr<Tool> make_grep_tool(const Folder& folder);
std::unique_ptr<Tool> make_glob_tool(const Folder& folder);

/// Whether `name` ("src/a.cpp") matches `pattern`: `*` and `?` within a part, `**` over any number
/// of parts, `{a,b}` for alternatives. A pattern without a slash matches in every folder.
bool glob_matches(std::string_view pattern, std::string_view name);

}  // namespace hearth::agent
