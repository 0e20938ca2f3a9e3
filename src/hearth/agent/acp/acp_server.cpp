#include "hearth/agent/acp/acp_server.h"

#include <fmt/format.h>

#include <iostream>
#include <map>
#include <utility>

#include "hearth/agent/acp/acp_session.h"

namespace hearth::agent {
namespace {

constexpr int parse_error = -32700;
constexpr int method_not_found = -32601;
constexpr int invalid_params = -32602;
constexpr int internal_error = -32603;

struct AcpPrompt {
  std::string text;
  std::vector<chat::Block> attached;
};

/// A prompt's content blocks. What cannot be used is said in the text.
AcpPrompt prompt_in(const json::array& blocks) {
  AcpPrompt prompt;
  std::string& text = prompt.text;
  const auto add = [&](std::string_view piece) {
    if (!text.empty()) text += '\n';
    text += piece;
  };
  for (const json::value& value : blocks) {
    const json::object* block = value.if_object();
    if (block == nullptr) continue;
    const auto type = find_string(*block, "type").value_or("");
    if (type == "text") {
      add(find_string(*block, "text").value_or(""));
    } else if (type == "resource_link") {
      add(find_string(*block, "uri").value_or(""));
    } else if (type == "image" && find_string(*block, "data")) {
      prompt.attached.emplace_back(
          chat::ImageBlock{.media_type = std::string(find_string(*block, "mimeType").value_or("")),
                           .data = std::string(*find_string(*block, "data")),
                           .url = {},
                           .extra = {}});
    } else if (const json::object* resource = find_object(*block, "resource")) {
      add(fmt::format("{}:\n{}", find_string(*resource, "uri").value_or("file"),
                      find_string(*resource, "text").value_or("(no text)")));
    } else {
      add(fmt::format("({} that cannot be read)", type));
    }
  }
  return prompt;
}

std::vector<McpServerConfig> mcp_servers_in(const json::object& parameters) {
  std::vector<McpServerConfig> servers;
  const json::array* list = find_array(parameters, "mcpServers");
  if (list == nullptr) return servers;
  const auto pairs = [](const json::object& holder, std::string_view name, const auto& take) {
    if (const json::array* items = find_array(holder, name)) {
      for (const json::value& item : *items) {
        if (const json::object* pair = item.if_object()) {
          take(std::string(find_string(*pair, "name").value_or("")),
               std::string(find_string(*pair, "value").value_or("")));
        }
      }
    }
  };
  for (const json::value& value : *list) {
    const json::object* object = value.if_object();
    if (object == nullptr) continue;
    McpServerConfig server;
    server.name = find_string(*object, "name").value_or("server");
    server.url = find_string(*object, "url").value_or("");
    if (const auto command = find_string(*object, "command")) {
      server.command.emplace_back(*command);
      if (const json::array* arguments = find_array(*object, "args")) {
        for (const json::value& argument : *arguments) {
          if (argument.is_string()) server.command.emplace_back(argument.get_string());
        }
      }
    }
    pairs(*object, "env", [&](const std::string& name, const std::string& text) {
      server.environment.push_back(fmt::format("{}={}", name, text));
    });
    pairs(*object, "headers",
          [&](const std::string& name, const std::string& text) { server.headers[name] = text; });
    if (!server.url.empty() || !server.command.empty()) servers.push_back(std::move(server));
  }
  return servers;
}

class AcpServer {
 public:
  AcpServer(const AgentOptions& options, const AgentNeeds& needs)
      : options_(options), needs_(needs) {}

  void run() {
    std::string line;
    while (std::getline(std::cin, line)) {
      if (line.empty()) continue;
      const auto value = parse_json(line);
      if (!value || !value->is_object()) {
        peer_.refuse(nullptr, parse_error, "expected one JSON object on each line");
        continue;
      }
      take(value->get_object());
    }
    for (auto& [id, session] : sessions_) session->cancel();
    peer_.close();
  }

 private:
  void take(const json::object& message) {
    const auto method = find_string(message, "method");
    if (!method) return peer_.take_response(message);
    const json::value* id = find(message, "id");
    const json::object* given = find_object(message, "params");
    const json::object parameters = given == nullptr ? json::object() : *given;
    if (*method == "session/cancel") {
      if (AcpSession* session = session_of(parameters)) session->cancel();
      return;
    }
    if (id == nullptr) return;
    if (*method == "initialize") return greet(*id);
    if (*method == "authenticate") return peer_.reply(*id, {});
    if (*method == "session/new") return open(*id, parameters, "");
    if (*method == "session/load") {
      return open(*id, parameters, std::string(find_string(parameters, "sessionId").value_or("")));
    }
    if (*method != "session/prompt" && *method != "session/set_mode") {
      return peer_.refuse(*id, method_not_found, fmt::format("there is no method {}", *method));
    }
    AcpSession* session = session_of(parameters);
    if (session == nullptr) {
      return peer_.refuse(*id, invalid_params, "there is no session of this sessionId");
    }
    if (*method == "session/set_mode") {
      if (session->set_mode(find_string(parameters, "modeId").value_or(""))) {
        return peer_.reply(*id, {});
      }
      return peer_.refuse(*id, invalid_params, "there is no such mode");
    }
    const json::array* blocks = find_array(parameters, "prompt");
    AcpPrompt prompt = blocks == nullptr ? AcpPrompt() : prompt_in(*blocks);
    if (prompt.text.empty()) return peer_.refuse(*id, invalid_params, "the prompt has no text");
    if (!session->prompt(std::move(prompt.text), std::move(prompt.attached), *id)) {
      peer_.refuse(*id, invalid_params, "the session is still at work; cancel it first");
    }
  }

  void greet(const json::value& id) {
    json::object capabilities{
        {"loadSession", true},
        {"promptCapabilities",
         json::object{{"image", true}, {"audio", false}, {"embeddedContext", true}}},
        {"mcpCapabilities", json::object{{"http", true}, {"sse", false}}}};
    peer_.reply(id, {{"protocolVersion", 1},
                     {"agentCapabilities", std::move(capabilities)},
                     {"agentInfo", json::object{{"name", "hearth"}, {"version", "1"}}},
                     {"authMethods", json::array()}});
  }

  void open(const json::value& id, const json::object& parameters, const std::string& resume) {
    AgentOptions options = options_;
    options.prompt.reset();
    options.resume = resume;
    const auto folder = find_string(parameters, "cwd");
    if (!folder || !folder->starts_with('/')) {
      return peer_.refuse(id, invalid_params, "cwd must be an absolute path");
    }
    options.folder = std::string(*folder);
    options.mcp_servers = mcp_servers_in(parameters);
    // One that is loaded once more is no longer the one before.
    if (!resume.empty()) sessions_.erase(resume);
    auto session = AcpSession::open(std::move(options), needs_, peer_);
    if (!session) return peer_.refuse(id, internal_error, session.error().message);
    AcpSession& opened = **session;
    sessions_[opened.id()] = std::move(*session);
    json::object result{{"modes", opened.modes()}};
    if (resume.empty()) {
      result["sessionId"] = opened.id();
    } else {
      opened.replay();
    }
    peer_.reply(id, std::move(result));
    opened.tell_commands();
  }

  AcpSession* session_of(const json::object& parameters) {
    const auto id = find_string(parameters, "sessionId");
    const auto found = id ? sessions_.find(std::string(*id)) : sessions_.end();
    return found == sessions_.end() ? nullptr : found->second.get();
  }

  const AgentOptions& options_;
  const AgentNeeds& needs_;
  AcpPeer peer_;
  std::map<std::string, std::unique_ptr<AcpSession>> sessions_;
};

}  // namespace

int run_acp_server(const AgentOptions& options, const AgentNeeds& needs) {
  AcpServer(options, needs).run();
  return 0;
}

}  // namespace hearth::agent
