#include "hearth/engine/answer_record.h"

namespace hearth::engine {

void AnswerRecord::add(const chat::Event& event) {
  if (const auto* text = std::get_if<chat::TextDelta>(&event)) text_ += text->text;
  if (const auto* thought = std::get_if<chat::ThinkingDelta>(&event)) thinking_ += thought->text;
  if (const auto* start = std::get_if<chat::ToolCallStart>(&event)) {
    chat::ToolUseBlock call;
    call.id = start->id;
    call.name = start->name;
    calls_.push_back(std::move(call));
  }
  const auto* piece = std::get_if<chat::ToolCallDelta>(&event);
  if (piece != nullptr && !calls_.empty()) calls_.back().arguments += piece->arguments;
}

std::string AnswerRecord::call_id() const {
  return calls_.empty() ? std::string() : calls_.front().id;
}

chat::Message AnswerRecord::message() const {
  chat::Message message{chat::Role::assistant, {}};
  if (!thinking_.empty()) {
    chat::ThinkingBlock thought;
    thought.text = thinking_;
    message.content.emplace_back(std::move(thought));
  }
  if (!text_.empty()) message.content.emplace_back(chat::TextBlock{text_, {}});
  for (const chat::ToolUseBlock& call : calls_) message.content.emplace_back(call);
  return message;
}

}  // namespace hearth::engine
