#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "hearth/agent/context/setting_sources.h"
#include "hearth/base/error.h"

namespace hearth::agent {

class McpConnection;

/// How an MCP server is reached: a program on standard streams, a URL (streamable HTTP), or in a
/// way of its own.
struct McpServerConfig {
  std::string name;
  std::vector<std::string> command;      ///< the program and its arguments; empty with a URL
  std::vector<std::string> environment;  ///< "NAME=value"
  std::string url;
  std::map<std::string, std::string> headers;
  std::function<std::unique_ptr<McpConnection>()> connect = {};  ///< in the place of the others
};

struct McpConfig {
  std::vector<McpServerConfig> servers;
  std::vector<std::string> problems;  ///< one sentence each
};

/// The servers for work in `folder`: the user's (`~/.claude.json`, also those it keeps for this
/// folder, and `~/.config/hearth/mcp.json`), then the folder's `.mcp.json`, which starts programs
/// and counts only if `trusted`. `${NAME}` and `${NAME:-else}` are the environment's.
/// Of `sources` only; what `~/.claude.json` keeps for this folder is local.
McpConfig load_mcp_config(const std::filesystem::path& folder, bool trusted,
                          const SettingSources& sources);

/// Adds the servers of `--mcp-config` to `config`, in place of those of the same names: a file, or
/// the JSON itself. Errors: config.
Result<void> add_mcp_servers(McpConfig& config, const std::string& file_or_json);

}  // namespace hearth::agent
