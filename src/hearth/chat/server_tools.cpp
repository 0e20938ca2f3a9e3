#include "hearth/chat/server_tools.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <variant>
#include <vector>

namespace hearth::chat {
namespace {

bool is_server_tool_block(const Block& block) {
  return std::holds_alternative<ServerToolBlock>(block);
}

}  // namespace

bool is_server_tool(const Tool& tool) {
  return !tool.type.empty() && tool.type != "custom";
}

std::string server_tools_note(const Request& request) {
  std::set<std::string> others;
  bool calls = false;
  for (const Message& message : request.messages) {
    for (const Block& block : message.content) {
      const auto* own = std::get_if<ServerToolBlock>(&block);
      if (own == nullptr) continue;
      const std::string_view type = find_string(own->original, "type").value_or("");
      if (type.ends_with("_tool_use") || type.ends_with("_tool_result")) {
        calls = true;
      } else {
        others.emplace(type);
      }
    }
  }
  std::vector<std::string> types;
  for (const Tool& tool : request.tools) {
    if (is_server_tool(tool)) types.push_back(tool.type);
  }
  std::vector<std::string> parts;
  if (!types.empty()) parts.push_back(fmt::format("{}", fmt::join(types, ", ")));
  if (calls) parts.emplace_back("earlier calls of a server's own tools");
  if (!others.empty()) {
    parts.push_back(fmt::format("earlier blocks of type {}", fmt::join(others, ", ")));
  }
  if (parts.empty()) return {};
  return fmt::format("left out {}: only a hosted service has them", fmt::join(parts, " and "));
}

bool demands_server_tool(const Request& request) {
  if (request.tools.empty() || request.tool_choice.mode == ToolChoice::Mode::none) return false;
  if (request.tool_choice.mode == ToolChoice::Mode::tool) {
    const Tool* demanded = find_tool(request, request.tool_choice.name);
    return demanded != nullptr && is_server_tool(*demanded);
  }
  return std::ranges::all_of(request.tools, is_server_tool);
}

Error server_tools_refusal(const Request& request, std::string_view where) {
  return {ErrorKind::invalid_request,
          fmt::format("{}, and this model {}. Route such requests to a provider that has them "
                      "(`Router.webSearch`), or give the client a tool of its own",
                      server_tools_note(request), where)};
}

void remove_server_tools(Request& request) {
  std::erase_if(request.tools, is_server_tool);
  std::erase_if(request.messages, [](Message& message) {
    return std::erase_if(message.content, is_server_tool_block) > 0 && message.content.empty();
  });
}

}  // namespace hearth::chat
