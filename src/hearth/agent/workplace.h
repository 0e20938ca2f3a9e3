#pragma once

#include <optional>
#include <string>

#include "hearth/agent/check_command.h"
#include "hearth/agent/client.h"
#include "hearth/agent/folder.h"
#include "hearth/agent/output.h"
#include "hearth/agent/permissions.h"
#include "hearth/agent/profile.h"
#include "hearth/agent/session_log.h"

namespace hearth::agent {

/// What a style works with. All of it outlives the style.
struct Workplace {
  const Server& server;
  const Folder& folder;
  Output& output;
  Permissions& permissions;
  SessionLog& log;
  std::string model;
  Profile profile;
  int max_turns = 50;
};

}  // namespace hearth::agent
