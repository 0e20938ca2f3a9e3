#include "hearth/chat/server_tools.h"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

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
  std::string types;
  for (const Tool& tool : request.tools) {
    if (is_server_tool(tool)) types += (types.empty() ? "" : ", ") + tool.type;
  }
  const bool blocks = std::ranges::any_of(request.messages, [](const Message& message) {
    return std::ranges::any_of(message.content, is_server_tool_block);
  });
  if (types.empty() && !blocks) return {};
  return fmt::format("left out {}{}{}: only a hosted service has them", types,
                     types.empty() || !blocks ? "" : " and ",
                     blocks ? "earlier calls of a server's own tools" : "");
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
