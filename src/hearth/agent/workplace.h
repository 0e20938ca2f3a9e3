#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hearth/agent/calling.h"
#include "hearth/agent/check_command.h"
#include "hearth/agent/client.h"
#include "hearth/agent/folder.h"
#include "hearth/agent/hooks.h"
#include "hearth/agent/output.h"
#include "hearth/agent/permission/permissions.h"
#include "hearth/agent/profile.h"
#include "hearth/agent/session/conversation.h"
#include "hearth/agent/session/session_log.h"
#include "hearth/agent/subagents.h"
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
  /// Called before each thing that may change files, from any thread.
  std::function<void()> before_change;
  std::string model;
  Profile profile;
  int max_turns = 50;
  std::string system_prompt = {};                  ///< in place of our own, if not empty
  std::string append_system_prompt = {};           ///< after it
  SandboxSettings sandbox = {};                    ///< for commands
  std::vector<std::string> environment = {};       ///< "NAME=value", for them, too
  std::optional<TrialSandbox> trial_sandbox = {};  ///< for the checks of candidates
  /// The only tools that may be called, by our names or Claude Code's; empty: all.
  std::vector<std::string> only_tools = {};
  bool is_subagent = false;  ///< works for another, and starts none itself
  SettingSources sources = {};
  std::vector<Subagent> subagents = {};  ///< beside those of files
  /// Of the present task, where steps are to be tried by it.
  std::optional<CheckCommand> check = {};
  Mending mending = Mending::on;
  /// The conversation has what the present task asks about: a forced model is to answer in words,
  /// and not to search.
  bool can_answer_at_once = false;
  std::int64_t max_tokens = 0;  ///< as in AgentOptions
  /// Tokens of thought in an answer: 0 for none, unset for as many as the model likes.
  std::optional<int> max_thinking = {};
  /// How tools are called in this session: nothing before the first task that does.
  std::optional<Calling> calling = {};
  /// Called before each turn with the conversation's length in tokens; may make it shorter.
  std::function<void(int tokens, const std::stop_token&)> before_turn = {};
  /// The conversation is longer than the model's window. False: it cannot be made shorter.
  std::function<bool(const std::stop_token&)> make_shorter = {};
  /// Starts our own server again. False if it was there all the time, is another's, or cannot be
  /// started.
  std::function<bool(const std::stop_token&)> start_server_again = {};
  /// Whether the person wants an answer that failed to be asked for again; may be empty.
  std::function<bool(const Error&)> ask_to_go_on = {};
  /// The same tools once more, for a subagent.
  std::function<std::unique_ptr<Toolbox>(Shell& shell)> make_tools = {};
  /// The errors that a language server finds in a file that was changed; may be empty.
  std::function<std::string(const std::string& name, const std::stop_token& stop)> diagnose = {};
};

}  // namespace hearth::agent
