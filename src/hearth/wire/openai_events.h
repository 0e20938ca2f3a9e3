#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hearth/wire/stream_decoder.h"

namespace hearth::wire {

/// An OpenAI-compatible server's chat completion to chat::Events. Takes what such servers are known
/// to send: deltas that are null or hold only a role; tool calls without id, name or index, with
/// repeated ids, with arguments in pieces, whole or as an object, interleaved; several calls under
/// one index with ids of their own; usage in any chunk, twice or nowhere; a finish reason twice, or
/// none before "[DONE]"; `reasoning` for `reasoning_content`; error objects in mid-stream; the
/// finish reason "error", which is Failed; `function_call`, which is the one tool call.
/// What else such a server says (`annotations`, `service_tier`, …) is chat::OwnFields.
/// Calls of custom tools come as those of functions with one string, `input`. An error that says
/// that the prompt does not fit is prompt_too_long.
/// A stream with neither finish reason nor "[DONE]" is Failed unavailable, "… ended mid-stream".
class ChatCompletionEventDecoder : public StreamDecoder {
 public:
  /// `stops`: the request's. Some servers (vLLM, SGLang) tell which of them ended the answer.
  explicit ChatCompletionEventDecoder(std::vector<std::string> stops = {})
      : stops_(std::move(stops)) {}

 protected:
  void on_sse(const SseEvent& event) override;
  void on_body(const json::object& body) override;
  void on_end() override;

 private:
  struct Call {
    std::optional<std::int64_t> index;  ///< the server's
    std::string id;
    std::string name;
    std::string held;  ///< arguments before the name is known
    json::object own;  ///< members that only this format has, until it is started
    bool custom = false;
    bool started = false;
    bool has_arguments = false;
  };

  void start();
  void take_chunk(const json::object& chunk);
  void take_message(const json::object& message);
  void take_call(const json::object& call);
  void take_ending(const json::object& choice);
  void take_failed_choice(const json::object& choice);
  std::size_t call_for(const json::object& call);
  void take_error(const json::value& error);
  void take_usage(const json::object& usage);
  void take_timings(const json::object& timings);
  void end();

  std::vector<Call> calls_;
  std::vector<chat::SampledToken> tokens_;  ///< of text that is still to come
  bool started_ = false;
  bool anything_ = false;
  std::optional<std::string> finish_reason_;
  const std::vector<std::string> stops_;
  std::string stop_sequence_;  ///< of these
  chat::Usage usage_;
  chat::Timings timings_;
  chat::OwnFields own_{"openai", {}};  ///< of the answer
};

}  // namespace hearth::wire
