#include "hearth/router/scenario.h"

#include <algorithm>

namespace hearth::router {
namespace {

bool holds_image(const chat::Message& message) {
  for (const chat::Block& block : message.content) {
    if (std::holds_alternative<chat::ImageBlock>(block)) return true;
    const auto* result = std::get_if<chat::ToolResultBlock>(&block);
    if (result == nullptr) continue;
    for (const chat::ResultPart& part : result->content) {
      if (std::holds_alternative<chat::ImageBlock>(part)) return true;
    }
  }
  return false;
}

}  // namespace

std::string_view to_string(Scenario scenario) {
  switch (scenario) {
    case Scenario::default_: return "default";
    case Scenario::background: return "background";
    case Scenario::think: return "think";
    case Scenario::long_context: return "longContext";
    case Scenario::web_search: return "webSearch";
    case Scenario::image: return "image";
  }
  return "default";
}

bool last_user_message_holds_image(const chat::Request& request) {
  for (auto message = request.messages.rbegin(); message != request.messages.rend(); ++message) {
    if (message->role == chat::Role::user) return holds_image(*message);
  }
  return false;
}

const chat::Tool* web_search_tool(const chat::Request& request) {
  const auto found = std::ranges::find_if(
      request.tools, [](const chat::Tool& tool) { return tool.type.starts_with("web_search"); });
  return found == request.tools.end() ? nullptr : &*found;
}

bool is_background_model(std::string_view model) {
  return model.starts_with("claude-") && model.find("haiku") != std::string_view::npos;
}

Scenario scenario_of(const chat::Request& request, bool is_long) {
  if (last_user_message_holds_image(request)) return Scenario::image;
  if (is_long) return Scenario::long_context;
  if (is_background_model(request.model)) return Scenario::background;
  if (web_search_tool(request) != nullptr) return Scenario::web_search;
  return request.thinking.on() ? Scenario::think : Scenario::default_;
}

}  // namespace hearth::router
