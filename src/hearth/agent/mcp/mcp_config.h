#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "hearth/base/error.h"

namespace hearth::agent {

/// How an MCP server is reached: a program on standard streams, or a URL (streamable HTTP).
struct McpServerConfig {
  std::string name;
  std::vector<std::string> command;      ///< the program and its arguments; empty with a URL
  std::vector<std::string> environment;  ///< "NAME=value"
  std::string url;
  std::map<std::string, std::string> headers;
};

struct McpConfig {
  std::vector<McpServerConfig> servers;
  std::vector<std::string> problems;  ///< one sentence each
};

/// The servers for work in `folder`: the user's (`~/.claude.json`, also those it keeps for this
/// folder, and `~/.config/hearth/mcp.json`), then the folder's `.mcp.json`, which starts programs
/// and counts only if `trusted`. `${NAME}` and `${NAME:-else}` are the environment's.
McpConfig load_mcp_config(const std::filesystem::path& folder, bool trusted);

/// Adds the servers of `--mcp-config` to `config`, in place of those of the same names: a file, or
/// the JSON itself. Errors: config.
Result<void> add_mcp_servers(McpConfig& config, const std::string& file_or_json);

}  // namespace hearth::agent
