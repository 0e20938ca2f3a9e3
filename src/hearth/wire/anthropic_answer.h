#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "hearth/base/json.h"
#include "hearth/chat/event.h"
#include "hearth/wire/answer_collector.h"
#include "hearth/wire/answer_encoder.h"

namespace hearth::wire {

/// The signature that `MessagesStream` gives to thinking that came without one: derived from the
/// text alone, so that the same thoughts are signed alike.
std::string thinking_signature(std::string_view thinking);

/// Empty, made by `thinking_signature`, or Gemini's.
bool is_foreign_signature(std::string_view signature);

/// `usage` of a response. The prompt is the sum of its three input fields, as in the API:
/// `cache_read_input_tokens` are the reused tokens; of the computed ones the last is `input_tokens`
/// (it is computed for every answer, nothing can keep it) and the others are
/// `cache_creation_input_tokens` (everything that is read is kept). A response whose server told
/// the split itself has that one.
json::object messages_usage(const chat::Usage& usage);

/// `{"type":"error","error":{"type","message"},"request_id"}`; the last only if it is given.
json::object anthropic_error(const Error& error, std::string_view request_id = {});

/// Events of the Messages API's stream. No two blocks are ever open at once: a tool call that
/// begins before the last one's arguments are whole is held back until they are. Thinking always
/// gets a signature. PrefillProgress becomes the comment
/// ": prefill {"computed":…,"reused":…,"total":…,"eta_ms":…}". `message_delta` tells the stop
/// reason, the sequence, the final usage, and `timings` (queue_ms, prefill_ms, decode_ms, ttft_ms,
/// prefill_per_second, decode_per_second), a field of ours. What a server of the same API says
/// besides (chat::OwnFields) comes through. Failed becomes an `error` event.
class MessagesStream : public StreamEncoder {
 public:
  explicit MessagesStream(AnswerIdentity identity);
  ~MessagesStream() override;
  std::string encode(const chat::Event& event) override;
  std::string ping() override;
  bool done() const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The whole response of the Messages API, with the same usage, signatures and `timings`.
class MessagesCollector : public BlocksCollector {
 public:
  explicit MessagesCollector(AnswerIdentity identity);

 private:
  json::object whole(AnswerBlocks& blocks, const chat::Finished& end) override;

  AnswerIdentity identity_;
};

}  // namespace hearth::wire
