#include "hearth/agent/program/program_mcp.h"

#include <fmt/format.h>

#include <atomic>
#include <utility>

namespace hearth::agent {
namespace {

class ProgramMcp final : public McpConnection {
 public:
  ProgramMcp(ProgramChannel& channel, std::string server)
      : channel_(channel), server_(std::move(server)) {}

  Result<json::object> call(std::string_view method, json::object parameters,
                            std::chrono::milliseconds patience,
                            const std::stop_token& stop) override {
    json::object message{{"jsonrpc", "2.0"}, {"id", ++last_id_}, {"method", method}};
    message["params"] = std::move(parameters);
    auto answer = pass(std::move(message), patience, stop);
    if (!answer) return answer;
    const json::object* response = find_object(*answer, "mcp_response");
    if (response == nullptr) {
      return fail(ErrorKind::unavailable,
                  fmt::format("the MCP server {} gave no response", server_));
    }
    return result_in(*response);
  }

  void notify(std::string_view method, json::object parameters) override {
    constexpr std::chrono::seconds patience{1};
    json::object message{{"jsonrpc", "2.0"}, {"method", method}};
    message["params"] = std::move(parameters);
    const auto passed = pass(std::move(message), patience, {});
    (void)passed;
  }

 private:
  Result<json::object> pass(json::object message, std::chrono::milliseconds patience,
                            const std::stop_token& stop) {
    return channel_.ask(
        {{"subtype", "mcp_message"}, {"server_name", server_}, {"message", std::move(message)}},
        stop, patience);
  }

  ProgramChannel& channel_;
  std::string server_;
  std::atomic<std::int64_t> last_id_ = 0;
};

}  // namespace

std::unique_ptr<McpConnection> connect_to_program(ProgramChannel& channel, std::string server) {
  return std::make_unique<ProgramMcp>(channel, std::move(server));
}

}  // namespace hearth::agent
