#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/base/json.h"
#include "hearth/chat/event.h"
#include "hearth/wire/answer_blocks.h"
#include "hearth/wire/answer_encoder.h"
#include "hearth/wire/custom_tools.h"

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

/// The backend that made an answer, as `system_fingerprint` names it.
inline constexpr std::string_view fingerprint = "b-hearth";

/// Chunks of a chat completion. Several answers (`n`) come one after the other, each with its
/// index. Thinking goes out as `reasoning_content`. What a server of this format says besides
/// (chat::OwnFields) comes through. The last chunk with a choice has the finish
/// reason and `timings`; then, if asked for, one with usage and no choices; then "[DONE]". Failed
/// becomes a chunk with an `error` object and ends the stream without
/// "[DONE]", so that no client takes the answer for complete. `ping()` is a comment.
class ChatCompletionStream : public StreamEncoder {
 public:
  /// `custom`: tools whose calls are those of custom tools; their input is sent when it is whole.
  ChatCompletionStream(AnswerIdentity identity, UsageChunk usage, CustomTools custom = {});
  std::string encode(const chat::Event& event) override;
  std::string ping() override;
  bool done() const override { return done_; }

 private:
  json::object chunk(json::array choices) const;
  json::object choice(json::object delta, json::value finish) const;
  std::string delta_frame(json::object delta, const std::vector<chat::SampledToken>& tokens = {});
  std::string finish(const chat::Finished& end);
  std::string begin_call(const chat::ToolCallStart& call);
  std::string go_on_with_call(const chat::ToolCallDelta& delta);
  std::string custom_input_frame(int index, const std::string& arguments);
  /// Inputs that are not whole, at the end of an answer.
  std::string open_inputs();

  struct CustomCall {
    std::string arguments;
    ObjectEnd end;
  };

  AnswerIdentity identity_;
  UsageChunk usage_;
  CustomTools custom_;
  std::map<int, CustomCall> custom_calls_;  ///< those that are not sent yet, by index
  int index_ = 0;
  bool role_sent_ = false;
  bool done_ = false;
};

/// The whole chat completion, with one choice or more.
class ChatCompletionCollector : public AnswerCollector {
 public:
  explicit ChatCompletionCollector(AnswerIdentity identity, CustomTools custom = {});
  void add(const chat::Event& event) override;
  bool done() const override { return end_.has_value() || error_.has_value(); }
  Result<json::value> response() override;

 private:
  json::object call_of(const AnswerBlock& block) const;
  void end_choice(chat::StopReason reason);

  AnswerIdentity identity_;
  CustomTools custom_;
  AnswerBlocks blocks_;
  std::vector<chat::SampledToken> tokens_;
  json::object fields_;  ///< of the message, as the server's format has them
  json::array choices_;
  std::optional<chat::Finished> end_;
  std::optional<Error> error_;
};

}  // namespace hearth::wire
