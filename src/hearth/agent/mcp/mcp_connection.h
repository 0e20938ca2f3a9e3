#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "hearth/agent/mcp/mcp_config.h"
#include "hearth/base/error.h"
#include "hearth/base/json.h"

namespace hearth::agent {

/// A JSON-RPC 2.0 connection to an MCP server (Model Context Protocol, revision 2025-06-18).
class McpConnection {
 public:
  virtual ~McpConnection() = default;

  /// Asks and waits for the result. Errors: timeout; unavailable when the server is gone;
  /// cancelled; invalid_request with the server's own message.
  virtual Result<json::object> call(std::string_view method, json::object parameters,
                                    std::chrono::milliseconds patience,
                                    const std::stop_token& stop) = 0;
  /// Tells without an answer.
  virtual void notify(std::string_view method, json::object parameters) = 0;
};

/// Starts the program in `folder`; its standard error goes to `log`. Errors: io.
Result<std::unique_ptr<McpConnection>> connect_stdio(const McpServerConfig& server,
                                                     const std::filesystem::path& folder,
                                                     const std::filesystem::path& log);

/// Nothing is sent yet.
std::unique_ptr<McpConnection> connect_http(const McpServerConfig& server);

/// The "result" in a JSON-RPC response. Errors: invalid_request with the server's message.
Result<json::object> result_in(json::object response);

}  // namespace hearth::agent
