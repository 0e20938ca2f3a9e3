#pragma once

#include <string>
#include <vector>

#include "hearth/chat/event.h"
#include "hearth/chat/message.h"
#include "hearth/chat/request.h"

namespace hearth::agent {

/// A model's answer, put together from its events.
class Answer {
 public:
  void add(const chat::Event& event);

  /// The text so far.
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool has_output() const { return has_output_; }
  [[nodiscard]] chat::StopReason stop_reason() const { return reason_; }
  /// Of an answer that did not end, the output is what arrived: one token for each piece, which is
  /// never more than the model wrote.
  [[nodiscard]] const chat::Usage& usage() const { return usage_; }

  /// The assistant message: thinking, text, tool calls. A call whose arguments are not an object
  /// keeps them as `{}` here; `malformed_calls` tells.
  [[nodiscard]] chat::Message message() const;
  [[nodiscard]] bool malformed_call(std::string_view id) const;

 private:
  void note_output();

  struct Call {
    int index = 0;
    std::string id;
    std::string name;
    std::string arguments;
  };
  std::string text_;
  std::string thinking_;
  std::string signature_;
  std::vector<Call> calls_;
  chat::Usage usage_;
  chat::StopReason reason_ = chat::StopReason::end_turn;
  bool has_output_ = false;
};

/// Some models write a call as text: a JSON object `{"name": …, "arguments": {…}}`, bare, in a code
/// block or in `<tool_call>` tags. Takes the first that names one of `tools` out of `message`'s
/// text and appends it as a tool call. False if there is none, or the message has calls already.
bool take_call_from_text(chat::Message& message, const std::vector<chat::Tool>& tools);

}  // namespace hearth::agent
