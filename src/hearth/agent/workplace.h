#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "hearth/agent/client.h"
#include "hearth/agent/folder.h"
#include "hearth/agent/hooks.h"
#include "hearth/agent/output.h"
#include "hearth/agent/permission/permissions.h"
#include "hearth/agent/profile.h"
#include "hearth/agent/session/conversation.h"
#include "hearth/agent/session/session_log.h"
#include "hearth/agent/toolbox.h"
#include "hearth/agent/trial.h"

namespace hearth::agent {

/// What a style works with. All of it outlives the style.
struct Workplace {
  const Server& server;
  const Folder& folder;
  Output& output;
  Permissions& permissions;
  SessionLog& log;
  Toolbox& tools;
  Conversation& conversation;
  const Hooks& hooks;
  /// Called before the first thing in a run that may change files.
  std::function<void()> before_change;
  std::string model;
  Profile profile;
  int max_turns = 50;
  std::string system_prompt = {};                  ///< in place of our own, if not empty
  std::string append_system_prompt = {};           ///< after it
  SandboxSettings sandbox = {};                    ///< for commands
  std::optional<TrialSandbox> trial_sandbox = {};  ///< for the checks of candidates
  Mending mending = Mending::on;
  std::int64_t max_tokens = 0;  ///< as in AgentOptions
  /// Tokens of thought in an answer: 0 for none, unset for as many as the model likes.
  std::optional<int> max_thinking = {};
  /// The same tools once more, for a subagent.
  std::function<std::unique_ptr<Toolbox>(Shell& shell)> make_tools = {};
  /// The errors that a language server finds in a file that was changed; may be empty.
  std::function<std::string(const std::string& name, const std::stop_token& stop)> diagnose = {};
};

}  // namespace hearth::agent
