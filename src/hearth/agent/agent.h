#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "hearth/agent/context/setting_sources.h"
#include "hearth/agent/mcp/mcp_config.h"
#include "hearth/agent/measured_session.h"
#include "hearth/agent/output.h"
#include "hearth/agent/permission/settings.h"
#include "hearth/agent/profile.h"
#include "hearth/agent/reach_server.h"
#include "hearth/agent/subagents.h"
#include "hearth/base/error.h"
#include "hearth/base/json.h"

namespace hearth::agent {

struct AgentOptions {
  std::optional<std::string> prompt;  ///< headless with this task; interactive without
  /// Of `prompt`, what does not come from a pipe; all of it where there is none.
  std::optional<std::string> typed_prompt = {};
  OutputFormat format = OutputFormat::text;
  std::string model;   ///< empty: what the server offers first
  std::string server;  ///< empty: HEARTH_URL, else our own, started if need be
  int max_turns = 50;
  std::int64_t max_tokens =
      0;                ///< computed for a task, at most: what is reused does not count; 0: any
  int max_seconds = 0;  ///< for a task; 0: any
  std::optional<int> max_thinking = {};           ///< tokens of thought in an answer; 0: none
  std::optional<PermissionMode> permission_mode;  ///< else the settings say
  std::optional<StyleName> style;                 ///< else the model's profile says
  std::string check;  ///< the command that checks the work; empty: found out
  int attempts = 0;   ///< candidates at most; 0: the profile says
  std::filesystem::path folder = ".";
  int idle_exit_minutes = 30;     ///< of a server that is started here
  bool go_on = false;             ///< with the folder's latest session
  std::string resume;             ///< go on with this session
  bool choose_session = false;    ///< go on with one that the person chooses
  bool fork = false;              ///< as a new session, the old one stays as it is
  bool trust = false;             ///< the folder's own settings may allow and run things
  bool stream_input = false;      ///< tasks and answers come as JSON lines on standard input
  bool partial_messages = false;  ///< with stream-json: also the pieces of an answer
  std::vector<std::string> allowed_tools = {};  ///< rules, beside those of the settings
  std::vector<std::string> disallowed_tools = {};
  std::vector<McpServerConfig> mcp_servers = {};  ///< beside those of the settings
  bool only_given_mcp = false;                    ///< no MCP servers but these and `mcp_config`
  std::vector<HookCommand> hooks = {};            ///< beside those of the settings
  std::vector<Subagent> subagents = {};           ///< beside those of files
  SettingSources sources = {};
  std::vector<std::filesystem::path> further_folders = {};  ///< beside those of the settings
  /// The only built-in tools, by our names or Claude Code's; else those of the model's profile.
  std::optional<std::vector<std::string>> tools = {};
  bool all_tools = false;  ///< whatever the profile says
  /// The result is also wanted as JSON after this schema.
  std::optional<json::object> json_schema = {};
  std::string session_id = {};  ///< of a new session; empty: one of ours
  /// Options of other agents that were given and change nothing here.
  std::vector<std::string> unused = {};
  std::string settings = {};                 ///< a further file of settings, or its JSON
  std::vector<std::string> mcp_config = {};  ///< files of servers, or their JSON
  std::string system_prompt = {};            ///< in place of ours
  std::string append_system_prompt = {};     ///< after it
  std::optional<MeasuredSession> measured = {};
};

/// What the agent needs of rooms it does not know.
struct AgentNeeds {
  EnsureModel ensure_model;
  FindOwnServer own_server;  ///< empty: at its usual place
  /// What the cache keeps of one model, as `GET /cache` tells it, for a person.
  std::function<std::string(const json::object& model)> cache_table;
};

/// Runs the agent to its end; returns the program's exit code: 0 when done, 1 when not.
int run_agent(const AgentOptions& options, const AgentNeeds& needs);

/// Where sessions are kept.
std::filesystem::path sessions_dir();

}  // namespace hearth::agent
