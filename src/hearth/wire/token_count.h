#pragma once

#include "hearth/wire/stream_decoder.h"

namespace hearth::wire {

/// The answer of an Anthropic server's count_tokens: Started and Finished with the prompt's tokens.
class TokenCountDecoder : public StreamDecoder {
 protected:
  void on_sse(const SseEvent& event) override;
  void on_body(const json::object& body) override;
  void on_end() override;
};

}  // namespace hearth::wire
