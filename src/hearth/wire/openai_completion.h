#pragma once

#include <optional>
#include <string>

#include "hearth/base/json.h"
#include "hearth/chat/event.h"
#include "hearth/wire/answer_encoder.h"
#include "hearth/wire/completion_request.h"

namespace hearth::wire {

/// The body of `POST /v1/completions`. Errors: invalid_request; `best_of` may not be more than `n`,
/// nor `logprobs` asked for with `echo`.
Result<CompletionRequest> decode_completion_request(const json::value& body);

/// Chunks of a text completion, with one choice or more; see ChatCompletionStream. Thinking and
/// tool calls, which a raw prompt does not produce, are left out.
class CompletionStream : public StreamEncoder {
 public:
  CompletionStream(AnswerIdentity identity, UsageChunk usage);
  std::string encode(const chat::Event& event) override;
  std::string ping() override;
  bool done() const override { return done_; }

 private:
  [[nodiscard]] std::string choice_frame(const chat::TextDelta& text, json::value finish) const;
  std::string finish(const chat::Finished& end);

  AnswerIdentity identity_;
  UsageChunk usage_;
  int index_ = 0;
  std::size_t offset_ = 0;  ///< bytes of the choice's text so far
  bool done_ = false;
};

/// The whole text completion.
class CompletionCollector : public AnswerCollector {
 public:
  explicit CompletionCollector(AnswerIdentity identity);
  void add(const chat::Event& event) override;
  bool done() const override { return end_.has_value() || error_.has_value(); }
  Result<json::value> response() override;

 private:
  void end_choice(chat::StopReason reason);

  AnswerIdentity identity_;
  chat::TextDelta text_;
  json::array choices_;
  std::optional<chat::Finished> end_;
  std::optional<Error> error_;
};

}  // namespace hearth::wire
