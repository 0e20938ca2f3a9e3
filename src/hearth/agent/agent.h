#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "hearth/agent/output.h"
#include "hearth/agent/permissions.h"
#include "hearth/agent/profile.h"
#include "hearth/agent/reach_server.h"
#include "hearth/base/error.h"

namespace hearth::agent {

struct AgentOptions {
  std::optional<std::string> prompt;  ///< headless with this task; interactive without
  OutputFormat format = OutputFormat::text;
  std::string model;   ///< empty: what the server offers first
  std::string server;  ///< empty: HEARTH_URL, else our own, started if need be
  int max_turns = 50;
  PermissionMode permission_mode = PermissionMode::normal;
  std::optional<StyleName> style;  ///< else the model's profile says
  std::string check;               ///< the command that checks the work; empty: found out
  int attempts = 0;                ///< candidates at most; 0: the profile says
  std::filesystem::path folder = ".";
  int idle_exit_minutes = 30;  ///< of a server that is started here
};

/// Runs the agent to its end; returns the program's exit code: 0 when done, 1 when not.
int run_agent(const AgentOptions& options, const EnsureModel& ensure_model);

}  // namespace hearth::agent
