#pragma once

#include <memory>
#include <string>

#include "hearth/agent/context/setting_sources.h"
#include "hearth/agent/folder.h"
#include "hearth/agent/tool.h"

namespace hearth::agent {

/// The tool that gives a skill's instructions; null if there are no skills. `folder` outlives it.
std::unique_ptr<Tool> make_skill_tool(const Folder& folder, const SettingSources& sources);

/// What a model is told of the skills at the beginning: one line each; empty if there are none.
std::string skills_note(const Folder& folder, const SettingSources& sources);

}  // namespace hearth::agent
