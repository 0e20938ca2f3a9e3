#include "hearth/agent/session/conversation.h"

#include <iterator>
#include <utility>

#include "hearth/agent/session/message_json.h"
#include "hearth/base/utf8.h"

namespace hearth::agent {

void Conversation::append(chat::Message message) {
  if (message.role == chat::Role::user) {
    std::vector<chat::Block> notes = take_notes();
    // Results of tools come first in a message, or a server refuses it.
    const auto is_result = [](const chat::Block& block) {
      return std::holds_alternative<chat::ToolResultBlock>(block);
    };
    auto at = message.content.begin();
    while (at != message.content.end() && is_result(*at)) ++at;
    message.content.insert(at, std::make_move_iterator(notes.begin()),
                           std::make_move_iterator(notes.end()));
  }
  log_.append(message.role == chat::Role::user ? "user" : "assistant",
              {{"message", message_as_json(message)}});
  messages_.push_back(std::move(message));
}

void Conversation::add_note(std::string text) {
  // A name or a description may hold anything; a request does not.
  add_note(chat::Block(chat::TextBlock{.text = to_valid_utf8(text), .extra = {}}));
}

void Conversation::add_note(chat::Block block) {
  const std::lock_guard lock(noting_);
  notes_.push_back(std::move(block));
}

std::vector<chat::Block> Conversation::take_notes() {
  const std::lock_guard lock(noting_);
  return std::exchange(notes_, {});
}

void Conversation::rewind(std::size_t count) {
  if (count >= messages_.size()) return;
  log_.append("rewind", {{"messages", count}});
  messages_.resize(count);
}

void Conversation::replace(std::vector<chat::Message> messages, std::string_view why,
                           const std::vector<TaskStart>& tasks) {
  json::array list;
  for (const chat::Message& message : messages) list.push_back(message_as_json(message));
  log_.append("replaced",
              {{"why", why}, {"tasks", task_starts_as_json(tasks)}, {"messages", std::move(list)}});
  log_.sync();
  messages_ = std::move(messages);
}

}  // namespace hearth::agent
