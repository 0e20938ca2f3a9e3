#pragma once

#include <memory>
#include <string>

#include "hearth/base/json.h"
#include "hearth/chat/event.h"
#include "hearth/wire/answer_collector.h"
#include "hearth/wire/answer_encoder.h"

namespace hearth::wire {

enum class UsageChunk { leave_out, send };

/// `usage` of a response: `prompt_tokens_details.cached_tokens` are the reused tokens.
json::object openai_usage(const chat::Usage& usage);

/// `timings` as llama.cpp's server names them: cache_n, prompt_n (computed), prompt_ms,
/// prompt_per_second, predicted_n, predicted_ms, predicted_per_second; and queue_ms, ttft_ms.
json::object openai_timings(const chat::Usage& usage, const chat::Timings& timings);

/// `{"error":{"message","type","param","code"}}`.
json::object openai_error(const Error& error);

/// "stop", "length", "tool_calls" or "content_filter".
std::string_view finish_reason(chat::StopReason reason);

/// Chunks of a chat completion. Thinking goes out as `reasoning_content`. The last chunk with a
/// choice has the finish reason and `timings`; then, if asked for, one with usage and no choices;
/// then "[DONE]". Failed becomes a chunk with an `error` object and ends the stream without
/// "[DONE]", so that no client takes the answer for complete. `ping()` is a comment.
class ChatCompletionStream : public StreamEncoder {
 public:
  ChatCompletionStream(AnswerIdentity identity, UsageChunk usage);
  std::string encode(const chat::Event& event) override;
  std::string ping() override;
  bool done() const override { return done_; }

 private:
  json::object chunk(json::array choices) const;
  std::string delta_frame(json::object delta);
  std::string finish(const chat::Finished& end);

  AnswerIdentity identity_;
  UsageChunk usage_;
  bool role_sent_ = false;
  bool done_ = false;
};

/// The whole chat completion.
class ChatCompletionCollector : public BlocksCollector {
 public:
  explicit ChatCompletionCollector(AnswerIdentity identity);

 private:
  json::object whole(AnswerBlocks& blocks, const chat::Finished& end) override;

  AnswerIdentity identity_;
};

}  // namespace hearth::wire
