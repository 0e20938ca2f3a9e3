#include "hearth/wire/sent_tools.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <variant>

#include "hearth/chat/server_tools.h"

namespace hearth::wire {
namespace {

std::set<std::string> referenced_tools(const chat::Request& request) {
  std::set<std::string> names;
  for (const chat::Message& message : request.messages) {
    for (const chat::Block& block : message.content) {
      if (const auto* reference = std::get_if<chat::ToolReferenceBlock>(&block)) {
        names.insert(reference->tool_name);
      } else if (const auto* result = std::get_if<chat::ToolResultBlock>(&block)) {
        for (const chat::ResultPart& part : result->content) {
          const auto* inner = std::get_if<chat::ToolReferenceBlock>(&part);
          if (inner != nullptr) names.insert(inner->tool_name);
        }
      }
    }
  }
  return names;
}

}  // namespace

std::vector<const chat::Tool*> tools_to_send(const chat::Request& request) {
  const std::set<std::string> referenced = referenced_tools(request);
  std::vector<const chat::Tool*> tools;
  for (const chat::Tool& tool : request.tools) {
    if (chat::is_server_tool(tool)) continue;
    if (tool.defer_loading && !referenced.contains(tool.name)) continue;
    tools.push_back(&tool);
  }
  return tools;
}

chat::ToolChoice narrowed(chat::ToolChoice choice) {
  using Mode = chat::ToolChoice::Mode;
  if (choice.mode != Mode::any || choice.allowed.size() != 1) return choice;
  choice.mode = Mode::tool;
  choice.name = choice.allowed.front();
  choice.allowed.clear();
  return choice;
}

std::string allowed_note(const chat::Request& request) {
  if (narrowed(request.tool_choice).allowed.empty()) return {};
  return "tool_choice: this API has no field for the allowed tools; all stay allowed";
}

chat::ToolChoice choice_to_send(const chat::Request& request) {
  using Mode = chat::ToolChoice::Mode;
  chat::ToolChoice choice = narrowed(request.tool_choice);
  if (choice.mode == Mode::automatic || choice.mode == Mode::none) return choice;
  const auto sent = tools_to_send(request);
  const bool there = choice.mode == Mode::any
                         ? !sent.empty()
                         : std::ranges::find(sent, choice.name, &chat::Tool::name) != sent.end();
  if (there) return choice;
  choice.mode = Mode::automatic;
  choice.name.clear();
  return choice;
}

std::string choice_note(const chat::Request& request) {
  const chat::ToolChoice asked = narrowed(request.tool_choice);
  if (choice_to_send(request).mode == asked.mode) return {};
  return asked.name.empty()
             ? "tool_choice: there is no tool left to demand; the model chooses"
             : fmt::format("tool_choice: {} is not sent, so the model chooses", asked.name);
}

std::string note_of(const chat::ToolReferenceBlock& reference) {
  return fmt::format("The tool {} is now available.", reference.tool_name);
}

std::string text_of_result(const chat::ToolResultBlock& result) {
  std::string text;
  for (const chat::ResultPart& part : result.content) {
    std::string piece;
    if (const auto* block = std::get_if<chat::TextBlock>(&part)) piece = block->text;
    if (const auto* document = std::get_if<chat::DocumentBlock>(&part)) {
      piece = chat::text_of(*document);
    }
    if (const auto* reference = std::get_if<chat::ToolReferenceBlock>(&part)) {
      piece = note_of(*reference);
    }
    if (!text.empty() && !piece.empty()) text += '\n';
    text += piece;
  }
  return text;
}

}  // namespace hearth::wire
