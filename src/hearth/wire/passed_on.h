#pragma once

#include <optional>
#include <string>

#include "hearth/wire/answer_encoder.h"
#include "hearth/wire/stream_decoder.h"

namespace hearth::wire {

/// A server's JSON response that goes to the client as it is: one TextDelta with all of it, and a
/// Finished with the tokens that its `usage` names.
class PassedOnDecoder : public StreamDecoder {
 protected:
  void on_sse(const SseEvent& event) override;
  void on_body(const json::object& body) override;
  void on_end() override;
};

/// The other end of it.
class PassedOnCollector : public AnswerCollector {
 public:
  void add(const chat::Event& event) override;
  [[nodiscard]] bool done() const override { return done_ || error_.has_value(); }
  [[nodiscard]] Result<json::value> response() override;

 private:
  std::string text_;
  bool done_ = false;
  std::optional<Error> error_;
};

}  // namespace hearth::wire
