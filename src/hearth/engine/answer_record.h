#pragma once

#include <string>
#include <vector>

#include "hearth/chat/event.h"
#include "hearth/chat/message.h"

namespace hearth::engine {

/// Puts an answer's events together into the message that a client makes of them.
class AnswerRecord {
 public:
  void add(const chat::Event& event);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const std::string& thinking() const { return thinking_; }
  /// Of the first tool call; empty: none.
  [[nodiscard]] std::string call_id() const;
  [[nodiscard]] chat::Message message() const;

 private:
  std::string text_;
  std::string thinking_;
  std::vector<chat::ToolUseBlock> calls_;
};

}  // namespace hearth::engine
