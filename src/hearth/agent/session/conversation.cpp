#include "hearth/agent/session/conversation.h"

#include <iterator>
#include <utility>

#include "hearth/agent/session/message_json.h"

namespace hearth::agent {

void Conversation::append(chat::Message message) {
  if (message.role == chat::Role::user) {
    std::vector<chat::Block> notes;
    {
      const std::lock_guard lock(noting_);
      notes.swap(notes_);
    }
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
  add_note(chat::Block(chat::TextBlock{.text = std::move(text), .extra = {}}));
}

void Conversation::add_note(chat::Block block) {
  const std::lock_guard lock(noting_);
  notes_.push_back(std::move(block));
}

void Conversation::rewind(std::size_t count) {
  if (count >= messages_.size()) return;
  log_.append("rewind", {{"messages", count}});
  messages_.resize(count);
}

void Conversation::replace(std::vector<chat::Message> messages, std::string_view why) {
  json::array list;
  for (const chat::Message& message : messages) list.push_back(message_as_json(message));
  log_.append("replaced", {{"why", why}, {"messages", std::move(list)}});
  log_.sync();
  messages_ = std::move(messages);
}

}  // namespace hearth::agent
