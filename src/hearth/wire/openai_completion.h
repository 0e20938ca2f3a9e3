#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "hearth/base/json.h"
#include "hearth/chat/event.h"
#include "hearth/chat/request.h"
#include "hearth/wire/answer_encoder.h"
#include "hearth/wire/openai_answer.h"

namespace hearth::wire {

/// A request to continue a raw prompt: no template, no roles.
struct CompletionRequest {
  std::string model;
  std::variant<std::string, std::vector<int>> prompt;  ///< text, or the model's own tokens
  int max_tokens = 16;                                 ///< the API's default
  chat::Sampling sampling;
  std::vector<std::string> stop;
  bool stream = false;
  UsageChunk usage = UsageChunk::leave_out;
  bool ignore_eos = false;  ///< an extension of llama.cpp's server, for benchmarks
  std::string session;      ///< `prompt_cache_key`
  std::vector<std::string> warnings;
};

/// The body of `POST /v1/completions`. `prompt` may be a string, a list of one string, a token
/// list, or a list of one token list. Errors: invalid_request; `n` and `best_of` must be 1, `echo`
/// false, `suffix` and `logprobs` unset.
Result<CompletionRequest> decode_completion_request(const json::value& body);

/// Chunks of a text completion; see ChatCompletionStream. Thinking and tool calls, which a raw
/// prompt does not produce, are left out.
class CompletionStream : public StreamEncoder {
 public:
  CompletionStream(AnswerIdentity identity, UsageChunk usage);
  std::string encode(const chat::Event& event) override;
  std::string ping() override;
  bool done() const override { return done_; }

 private:
  AnswerIdentity identity_;
  UsageChunk usage_;
  bool done_ = false;
};

/// The whole text completion.
class CompletionCollector : public AnswerCollector {
 public:
  explicit CompletionCollector(AnswerIdentity identity);
  void add(const chat::Event& event) override;
  bool done() const override { return end_.has_value() || error_.has_value(); }
  Result<json::object> response() override;

 private:
  AnswerIdentity identity_;
  std::string text_;
  std::optional<chat::Finished> end_;
  std::optional<Error> error_;
};

}  // namespace hearth::wire
