#pragma once

#include <mutex>
#include <string_view>
#include <vector>

#include "hearth/agent/session/session_log.h"
#include "hearth/agent/session/task_start.h"
#include "hearth/chat/message.h"

namespace hearth::agent {

/// A session's messages, after the system prompt. Each change is in the session's log before it is
/// here, so that a session that was killed is the same again.
class Conversation {
 public:
  /// `log` outlives it.
  explicit Conversation(SessionLog& log) : log_(log) {}

  [[nodiscard]] const std::vector<chat::Message>& messages() const { return messages_; }

  void append(chat::Message message);
  /// Takes a note along in front of the next user message that is appended. From any thread.
  void add_note(std::string text);
  /// The same with what is no text: an image.
  void add_note(chat::Block block);
  /// The notes that no message has taken along yet.
  std::vector<chat::Block> take_notes();
  /// Goes back to the first `count` messages.
  void rewind(std::size_t count);
  /// Other messages in place of all, as a compaction leaves them. `why`, and which `tasks` are in
  /// them, go into the log.
  void replace(std::vector<chat::Message> messages, std::string_view why,
               const std::vector<TaskStart>& tasks = {});

  /// What a log holds already.
  void restore(std::vector<chat::Message> messages) { messages_ = std::move(messages); }

 private:
  SessionLog& log_;
  std::vector<chat::Message> messages_;
  std::mutex noting_;
  std::vector<chat::Block> notes_;
};

}  // namespace hearth::agent
