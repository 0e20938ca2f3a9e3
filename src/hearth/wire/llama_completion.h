#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hearth/wire/answer_encoder.h"
#include "hearth/wire/completion_request.h"

namespace hearth::wire {

/// A raw completion in the format of llama.cpp's own server (tools/server/README.md there), for
/// clients that know no other, such as llama.vim.
struct LlamaCompletion {
  CompletionRequest request;
  bool tokens_wanted = false;  ///< `return_tokens`, or a stream
  bool probabilities_wanted = false;
  json::value prompt;                     ///< as it was asked
  std::vector<std::string> shown_fields;  ///< `response_fields`; empty: all
};

/// The body of `POST /completion`. Errors: invalid_request; also for what the engine cannot do and
/// the answer would be wrong without.
Result<LlamaCompletion> decode_llama_completion(const json::value& body);

/// The body of `POST /infill`: `input_prefix`, `prompt`, `input_suffix`, `input_extra`.
Result<LlamaCompletion> decode_llama_infill(const json::value& body);

/// Events of a native completion: each piece of text with `"stop": false`, and at the end of each
/// answer an object with everything but the text.
class LlamaCompletionStream : public StreamEncoder {
 public:
  LlamaCompletionStream(AnswerIdentity identity, LlamaCompletion asked);
  std::string encode(const chat::Event& event) override;
  std::string ping() override;
  bool done() const override { return done_; }

 private:
  AnswerIdentity identity_;
  LlamaCompletion asked_;
  int index_ = 0;
  bool new_line_seen_ = false;
  bool done_ = false;
};

/// The whole native completion; an array where several answers were asked for.
class LlamaCompletionCollector : public AnswerCollector {
 public:
  LlamaCompletionCollector(AnswerIdentity identity, LlamaCompletion asked);
  void add(const chat::Event& event) override;
  bool done() const override { return done_ || error_.has_value(); }
  Result<json::value> response() override;

 private:
  struct Ended {
    chat::TextDelta text;
    chat::Finished end;
  };

  [[nodiscard]] chat::Finished of_last(chat::Finished end) const;

  AnswerIdentity identity_;
  LlamaCompletion asked_;
  chat::TextDelta text_;
  std::vector<Ended> answers_;
  bool done_ = false;
  std::optional<Error> error_;
};

}  // namespace hearth::wire
