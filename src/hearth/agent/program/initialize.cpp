#include "hearth/agent/program/initialize.h"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include "hearth/agent/commands/slash_commands.h"
#include "hearth/agent/program/program_mcp.h"

namespace hearth::agent {
namespace {

/// A string, or the strings of a list.
std::string text_in(const json::object& object, std::string_view name) {
  const json::value* value = find(object, name);
  std::string text;
  if (value != nullptr && value->is_string()) text = value->get_string();
  if (value != nullptr && value->is_array()) {
    for (const json::value& piece : value->get_array()) {
      if (piece.is_string()) text += std::string_view(piece.get_string());
    }
  }
  return text;
}

/// `id` is what the program calls the function.
HookCommand program_hook(std::string_view event, const json::object& group, std::string id,
                         ProgramChannel& channel) {
  HookCommand hook{.event = std::string(event),
                   .matcher = std::string(find_string(group, "matcher").value_or("")),
                   .command = id,
                   .source = "the program"};
  if (const auto seconds = find_int(group, "timeout"); seconds && *seconds > 0) {
    hook.timeout = std::chrono::seconds(*seconds);
  }
  hook.program = [&channel, id = std::move(id)](const json::object& input,
                                                std::chrono::seconds timeout,
                                                const std::stop_token& stop) {
    json::object question{{"subtype", "hook_callback"}, {"callback_id", id}, {"input", input}};
    if (const auto call = find_string(input, "tool_use_id")) question["tool_use_id"] = *call;
    return channel.ask(std::move(question), stop, timeout);
  };
  return hook;
}

Result<void> take_program_hooks(const json::object& hooks, ProgramChannel& channel,
                                AgentOptions& options) {
  for (const auto& [key, groups] : hooks) {
    const std::string_view event = key;
    if (groups.is_null()) continue;
    for (const json::value& group : groups.is_array() ? groups.get_array() : json::array{nullptr}) {
      const json::object* object = group.if_object();
      const json::array* ids = object == nullptr ? nullptr : find_array(*object, "hookCallbackIds");
      if (ids == nullptr) {
        return fail(
            ErrorKind::config,
            fmt::format("hooks.{}: expected objects with a list \"hookCallbackIds\"", event));
      }
      for (const json::value& id : *ids) {
        if (!id.is_string()) {
          return fail(ErrorKind::config,
                      fmt::format("hooks.{}.hookCallbackIds: expected strings", event));
        }
        options.hooks.push_back(
            program_hook(event, *object, std::string(id.get_string()), channel));
      }
    }
  }
  return {};
}

}  // namespace

Result<void> take_initialize(const json::object& request, ProgramChannel& channel,
                             AgentOptions& options) {
  if (std::string whole = text_in(request, "systemPrompt"); !whole.empty()) {
    options.system_prompt = std::move(whole);
  }
  if (std::string after = text_in(request, "appendSystemPrompt"); !after.empty()) {
    options.append_system_prompt = std::move(after);
  }
  if (const json::object* schema = find_object(request, "jsonSchema")) {
    options.json_schema = *schema;
  }
  if (const json::object* definitions = find_object(request, "agents")) {
    auto agents = parse_subagents(*definitions);
    if (!agents) return std::unexpected(agents.error());
    for (Subagent& agent : *agents) options.subagents.push_back(std::move(agent));
  }
  if (const json::array* servers = find_array(request, "sdkMcpServers")) {
    for (const json::value& name : *servers) {
      if (!name.is_string()) return fail(ErrorKind::config, "sdkMcpServers: expected strings");
      McpServerConfig server;
      server.name = std::string(name.get_string());
      server.connect = [&channel, name = server.name] { return connect_to_program(channel, name); };
      options.mcp_servers.push_back(std::move(server));
    }
  }
  const json::object* hooks = find_object(request, "hooks");
  return hooks == nullptr ? Result<void>() : take_program_hooks(*hooks, channel, options);
}

json::object initialize_response(const AgentOptions& options) {
  json::array commands;
  json::array agents;
  if (const auto folder = Folder::open(options.folder)) {
    for (const CommandSummary& command : list_commands(folder->root(), options.sources)) {
      commands.push_back(json::object{{"name", command.name},
                                      {"description", command.description},
                                      {"argumentHint", command.arguments}});
    }
    for (const Subagent& agent : subagents_for(*folder, options.sources, options.subagents)) {
      agents.push_back(json::object{{"name", agent.name}, {"description", agent.description}});
    }
  }
  return {{"commands", std::move(commands)}, {"agents", std::move(agents)},
          {"models", json::array()},         {"account", json::object()},
          {"output_style", "default"},       {"available_output_styles", json::array{"default"}}};
}

}  // namespace hearth::agent
