#pragma once

#include <string>

#include "hearth/wire/stream_decoder.h"

namespace hearth::wire {

/// An answer of Gemini's own API to chat::Events, of the first candidate. Calls come whole; one
/// without an id gets one. A prompt that was blocked is Failed invalid_request with the reason, so
/// that another route may answer; an answer that was is a refusal. A call that the model wrote
/// wrongly is Failed unavailable. A stream without `finishReason` is Failed unavailable, "… ended
/// mid-stream".
class GeminiEventDecoder : public StreamDecoder {
 protected:
  void on_sse(const SseEvent& event) override;
  void on_body(const json::object& body) override;
  void on_end() override;

 private:
  void start();
  void take_chunk(const json::object& chunk);
  void take_part(const json::object& part);
  void take_call(const json::object& call);
  void take_usage(const json::object& usage);
  void take_error(const json::object& error);
  void end();

  int calls_ = 0;
  bool started_ = false;
  bool anything_ = false;
  std::string finish_reason_;
  std::string finish_words_;
  chat::Usage usage_;
};

}  // namespace hearth::wire
