#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "hearth/base/json.h"
#include "hearth/chat/event.h"

namespace hearth::wire {

/// What every answer in some format needs besides its events.
struct AnswerIdentity {
  /// Unique per response: clients merge turns by it. Made new where it is empty.
  std::string id;
  /// The model's name as the client knows it.
  std::string model;
  /// When the answer was begun, in seconds since 1970-01-01 UTC; now, where it is 0. (OpenAI.)
  std::int64_t created = 0;
};

/// ": prefill {"computed":…,"reused":…,"total":…,"eta_ms":…}", with "estimated":true where it is:
/// an SSE comment, which every parser skips and our agent shows as a progress bar.
std::string prefill_comment(const chat::PrefillProgress& progress);

/// chat::Events to the text of an event stream, one answer long. An encoder for each format.
class StreamEncoder {
 public:
  StreamEncoder() = default;
  StreamEncoder(const StreamEncoder&) = delete;
  StreamEncoder& operator=(const StreamEncoder&) = delete;
  virtual ~StreamEncoder() = default;

  /// The bytes to send now, whole frames; may be empty. REQUIRES: not `done()`.
  [[nodiscard]] virtual std::string encode(const chat::Event& event) = 0;

  /// Of the whole stream.
  [[nodiscard]] virtual std::string_view content_type() const {
    return "text/event-stream; charset=utf-8";
  }

  /// Bytes that keep the connection alive and mean nothing.
  [[nodiscard]] virtual std::string ping() = 0;

  /// True after Finished or Failed: nothing may follow.
  [[nodiscard]] virtual bool done() const = 0;
};

/// chat::Events to one whole response, one answer long.
class AnswerCollector {
 public:
  AnswerCollector() = default;
  AnswerCollector(const AnswerCollector&) = delete;
  AnswerCollector& operator=(const AnswerCollector&) = delete;
  virtual ~AnswerCollector() = default;

  virtual void add(const chat::Event& event) = 0;

  /// True after Finished or Failed.
  [[nodiscard]] virtual bool done() const = 0;

  /// The response's body, or the error of Failed. REQUIRES: `done()`.
  [[nodiscard]] virtual Result<json::value> response() = 0;
};

}  // namespace hearth::wire
