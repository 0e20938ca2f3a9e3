#pragma once

#include <map>
#include <string>
#include <vector>

#include "hearth/wire/stream_decoder.h"

namespace hearth::wire {

/// An Anthropic server's response to chat::Events: for remote providers, and for our own agent,
/// which also gets PrefillProgress from the server's comments.
/// A stream that ends without `message_stop` is Failed unavailable; an `error` event is Failed with
/// the kind that its type names. Events of unknown types are skipped; a block of an unknown type is
/// a chat::ServerToolBlock. What else the answer says is in `own` of Started and Finished.
class MessagesEventDecoder : public StreamDecoder {
 protected:
  void on_sse(const SseEvent& event) override;
  void on_comment(std::string_view comment) override;
  void on_body(const json::object& body) override;
  void on_end() override;

 private:
  enum class BlockKind { text, thinking, tool, server_tool, skipped };
  struct OpenBlock {
    BlockKind kind = BlockKind::skipped;
    int call = 0;            ///< the tool call's index
    bool has_input = false;  ///< arguments have come in pieces
    std::string input;       ///< arguments: a tool's that came whole, a server tool's as they come
    std::string signature;
    json::object original;  ///< of a server tool, or of a type that only the server knows
    std::vector<json::object> citations;
  };

  void start(const json::object& message);
  void open_block(int index, const json::object& block);
  void delta(int index, const json::object& part);
  void close_block(int index);
  void take_own(const json::object& holder);
  void take_usage(const json::object& usage);
  void take_ending(const json::object& holder);
  void take_timings(const json::object& holder);
  void end();

  std::map<int, OpenBlock> open_;
  bool behind_text_ = false;  ///< the block before was text, and TextEnd was not sent
  int calls_ = 0;
  bool started_ = false;
  bool reason_seen_ = false;
  chat::Finished finished_;
};

}  // namespace hearth::wire
