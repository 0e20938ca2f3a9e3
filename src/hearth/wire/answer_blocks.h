#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/chat/event.h"

namespace hearth::wire {

/// Tells when a JSON object's text, coming in pieces, is whole.
class ObjectEnd {
 public:
  void feed(std::string_view piece);
  [[nodiscard]] bool reached() const { return begun_ && depth_ == 0; }

 private:
  int depth_ = 0;
  bool begun_ = false;
  bool in_string_ = false;
  bool escaped_ = false;
};

/// One block of an answer, as far as it has come.
struct AnswerBlock {
  enum class Kind { text, thinking, redacted, tool, server_tool };
  Kind kind = Kind::text;
  std::string text;  ///< text, thoughts, redacted data, or a tool call's arguments
  std::string signature;
  std::vector<json::object> citations;  ///< of text
  std::string id;                       ///< of a tool call
  std::string name;                     ///< of a tool call
  chat::OwnFields own;                  ///< of a tool call
  json::object original;                ///< of a server's tool: all of it
  ObjectEnd arguments_end;
  bool closed = false;  ///< its end came: nothing is added any more
};

/// The blocks of an answer in the order in which they began. Tool calls that come interleaved are
/// sorted out here: each delta goes to its own call.
class AnswerBlocks {
 public:
  enum class End { open, reached };
  /// Whether blocks of a server's own tools are among them: only the Messages API has such.
  enum class ServerTools { left_out, kept };

  explicit AnswerBlocks(ServerTools server_tools = ServerTools::left_out)
      : server_tools_(server_tools) {}

  /// Takes deltas and tool calls; other events change nothing.
  void add(const chat::Event& event);

  /// The first block that was not popped, or null.
  [[nodiscard]] AnswerBlock* front() { return blocks_.empty() ? nullptr : &blocks_.front(); }

  /// Nothing more comes for the first block: the answer has ended, or another block has begun and
  /// this is not a tool call with arguments missing.
  [[nodiscard]] bool front_is_whole(End end) const;

  /// REQUIRES: front() is not null.
  void pop();

 private:
  AnswerBlock& last_of(AnswerBlock::Kind kind);

  ServerTools server_tools_;
  std::deque<AnswerBlock> blocks_;
  std::size_t popped_ = 0;
  std::map<int, std::size_t> calls_;  ///< a call's index to its block's, counted from the first
};

}  // namespace hearth::wire
