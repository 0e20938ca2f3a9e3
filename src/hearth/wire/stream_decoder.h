#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hearth/base/json.h"
#include "hearth/chat/event.h"
#include "hearth/wire/sse.h"

namespace hearth::wire {

/// A server's successful response to chat::Events, as its bytes arrive. The response may be an
/// event stream or one whole JSON body, whatever was asked for: the first bytes tell. What is
/// neither (HTML, plain text) becomes Failed unavailable with its first 200 characters.
///
/// The events are in chat::Event's order, and exactly one Finished or Failed ends them: a response
/// that breaks off is Failed unavailable, never an empty end of turn.
///
/// Some servers cut an escaped surrogate pair in two: "\ud83d" ends the text of one event, "\ude00"
/// begins that of a later one. The first half is read with the second.
class StreamDecoder {
 public:
  StreamDecoder() = default;
  StreamDecoder(const StreamDecoder&) = delete;
  StreamDecoder& operator=(const StreamDecoder&) = delete;
  virtual ~StreamDecoder() = default;

  /// The events that `bytes`, cut anywhere, complete. After `done()`: none.
  std::vector<chat::Event> feed(std::string_view bytes);

  /// The connection has ended. The events that were still due.
  std::vector<chat::Event> finish();

  /// Finished or Failed has been given.
  [[nodiscard]] bool done() const { return done_; }

 protected:
  virtual void on_sse(const SseEvent& event) = 0;
  virtual void on_comment(std::string_view comment);
  virtual void on_body(const json::object& body) = 0;
  /// The event stream has ended without `done()`; must emit Finished or Failed.
  virtual void on_end() = 0;

  void emit(chat::Event event);
  void emit_failed(ErrorKind kind, std::string message);

 private:
  enum class Shape { unknown, events, body };

  void feed_events(std::string_view bytes);
  void take_event(const SseEvent& event);
  void finish_body();

  Shape shape_ = Shape::unknown;
  std::string head_;  ///< bytes before the shape is known; then the whole body
  SseParser parser_;
  std::string half_;  ///< an escaped leading surrogate that waits for the other half
  std::vector<chat::Event> out_;
  bool done_ = false;
};

/// The first `limit` characters of `text` for a message: line ends become spaces, invalid UTF-8 is
/// replaced.
std::string excerpt(std::string_view text, std::size_t limit = 200);

}  // namespace hearth::wire
