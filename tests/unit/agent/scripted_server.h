#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "hearth/base/json.h"

namespace hearth::agent {

/// A server of the Messages API inside the test: answers each request with what `reply` makes of
/// its body. One thread per connection.
class ScriptedServer {
 public:
  /// The raw bytes of the HTTP response; the connection is closed after them.
  using Reply = std::function<std::string(const json::object& request)>;
  explicit ScriptedServer(Reply reply);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] std::string url() const;
  /// The bodies so far, in the order they came.
  [[nodiscard]] std::vector<json::object> requests() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A whole streamed response with one text block.
std::string text_reply(const std::string& text);
/// … with one tool call.
std::string call_reply(const std::string& name, const std::string& arguments);
/// A response with this status and body.
std::string error_reply(int status, const std::string& body);

}  // namespace hearth::agent
