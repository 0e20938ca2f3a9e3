#pragma once

#include <functional>
#include <memory>

#include "hearth/base/json.h"
#include "hearth/wire/answer_collector.h"
#include "hearth/wire/answer_encoder.h"
#include "hearth/wire/responses_decode.h"

namespace hearth::wire {

/// What an answer of the Responses API needs to know of its request.
struct ResponsesShape {
  AnswerIdentity identity;
  ResponsesTools tools;
  json::object echo;
  bool sealed = false;
  /// Told the whole response once it is there; may be empty. Must not block.
  std::function<void(const json::object& response)> on_done;
};

/// `usage` of a response: `input_tokens_details.cached_tokens` are the reused tokens.
json::object responses_usage(const chat::Usage& usage);

/// The events of a response, numbered from 0: `response.created`, `response.in_progress`, then for
/// each item `response.output_item.added`, its parts and deltas, and `response.output_item.done`;
/// then one of `response.completed`, `response.incomplete` and `response.failed`. Thoughts go out
/// as an item of type `reasoning` with `reasoning_text`. `ping()` is a comment.
class ResponsesStream : public StreamEncoder {
 public:
  explicit ResponsesStream(ResponsesShape shape);
  ~ResponsesStream() override;
  std::string encode(const chat::Event& event) override;
  std::string ping() override;
  bool done() const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The whole response.
class ResponsesCollector : public BlocksCollector {
 public:
  explicit ResponsesCollector(ResponsesShape shape);

 private:
  json::object whole(AnswerBlocks& blocks, const chat::Finished& end) override;

  ResponsesShape shape_;
};

}  // namespace hearth::wire
