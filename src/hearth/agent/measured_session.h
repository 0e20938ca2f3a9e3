#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "hearth/agent/mending.h"
#include "hearth/agent/profile.h"
#include "hearth/agent/sandbox/sandbox.h"

namespace hearth::agent {

/// What is otherwise in a session of `hearth eval`. Nothing of the user's own counts in one:
/// settings, instructions, hooks, skills, MCP servers; what it changes is not kept for /undo.
struct MeasuredSession {
  Profile profile;  ///< in place of the model's
  Mending mending = Mending::on;
  std::vector<std::string> tools = {};  ///< only these; empty: all
  SandboxSettings sandbox = {};
  std::vector<std::string> environment = {};  ///< "NAME=value" for commands
  std::filesystem::path log_folder;           ///< where its log is kept
};

}  // namespace hearth::agent
