#include "hearth/agent/session/rewind_places.h"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "hearth/agent/plain_text.h"

namespace hearth::agent {
namespace {

bool answers_calls(const chat::Message& message) {
  return message.role == chat::Role::user &&
         std::ranges::any_of(message.content, [](const chat::Block& block) {
           return std::holds_alternative<chat::ToolResultBlock>(block);
         });
}

/// "edit a.cpp, bash make".
std::string calls_in(const chat::Message& message,
                     const std::function<std::string(const chat::ToolUseBlock&)>& subject) {
  std::string text;
  for (const chat::Block& block : message.content) {
    const auto* call = std::get_if<chat::ToolUseBlock>(&block);
    if (call == nullptr) continue;
    const std::string about = subject(*call);
    text += fmt::format("{}{}{}{}", text.empty() ? "" : ", ", call->name, about.empty() ? "" : " ",
                        about);
  }
  return text;
}

}  // namespace

std::vector<RewindPlace> rewind_places(
    const std::vector<TaskStart>& tasks, const std::vector<chat::Message>& messages,
    const std::function<std::string(const chat::ToolUseBlock&)>& subject) {
  std::vector<RewindPlace> places;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    RewindPlace place{.messages = tasks[i].messages, .text = tasks[i].text};
    const std::size_t next = i + 1 < tasks.size() ? tasks[i + 1].messages : messages.size();
    for (std::size_t at = place.messages + 1; at + 1 < std::min(next, messages.size()); ++at) {
      if (!answers_calls(messages[at])) continue;
      place.steps.push_back({.messages = at + 1, .text = calls_in(messages[at - 1], subject)});
    }
    places.push_back(std::move(place));
  }
  return places;
}

}  // namespace hearth::agent
