#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "hearth/agent/mcp/mcp_connection.h"
#include "hearth/agent/tool.h"

namespace hearth::agent {

/// The MCP servers of a session. One that is dead or slow costs its tools, never the session.
class McpServers {
 public:
  struct State {
    std::string name;
    std::size_t tools = 0;
    std::string problem;  ///< why it cannot be used, or empty
  };

  /// Reaches all at the same time. `log_folder` takes the programs' standard errors.
  McpServers(const McpConfig& config, const std::filesystem::path& folder,
             const std::filesystem::path& log_folder);
  ~McpServers();
  McpServers(const McpServers&) = delete;
  McpServers& operator=(const McpServers&) = delete;

  [[nodiscard]] std::vector<State> states() const;

  /// Their tools, "mcp__server__tool", and those that read resources and prompts where a server has
  /// some. They are `defer_loading`: a model sees them once `load` has named them.
  [[nodiscard]] std::vector<std::unique_ptr<Tool>> tools();

  /// One line each, for the beginning of a session; empty if there are none.
  [[nodiscard]] std::string note() const;

 private:
  struct Server;
  std::vector<std::shared_ptr<Server>> servers_;
};

/// The tool by which a model asks for the schemas of others. `names` are those there are.
std::unique_ptr<Tool> make_load_tool(std::vector<std::string> names);

}  // namespace hearth::agent
