#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace hearth::wire {

struct SseEvent {
  std::string event;  ///< "message" where the stream names none
  std::string data;   ///< the data lines, joined by '\n'
};

/// Reads an event stream (WHATWG HTML, section 9.2.6) that may be cut at any byte: lines end in
/// CRLF, LF or CR, a byte order mark at the front is skipped, an event without data is dropped.
/// `id` and `retry` are read and ignored. A line may have any length up to `line_limit`.
class SseParser {
 public:
  using OnEvent = std::function<void(const SseEvent&)>;
  /// Told the text after the colon, without one leading space.
  using OnComment = std::function<void(std::string_view)>;

  /// What is over the limit makes `feed` return false; a peer that sends no line end is stopped.
  static constexpr std::size_t line_limit = std::size_t{64} << 20;

  /// Calls back for every event and comment that `bytes` completes. False: a line or an event is
  /// over the limit, and the stream is not to be read on.
  bool feed(std::string_view bytes, const OnEvent& on_event, const OnComment& on_comment = {});

  /// True if the stream ended within an event: data has come, and no empty line after it. (The
  /// standard drops such an event.)
  [[nodiscard]] bool inside_event() const { return has_data_ || !line_.empty(); }

  /// Ends the stream as lenient readers do: what `inside_event` tells of counts as complete.
  void finish(const OnEvent& on_event, const OnComment& on_comment = {});

 private:
  void take_line(std::string_view line, const OnEvent& on_event, const OnComment& on_comment);

  std::string line_;
  SseEvent event_;
  bool has_data_ = false;
  bool after_cr_ = false;
  bool at_start_ = true;
};

/// "event: E\ndata: D\n\n"; without `event` only the data. Each line of `data` gets its own field.
std::string sse_frame(std::string_view event, std::string_view data);

/// ": TEXT\n\n": a line that every parser skips. REQUIRES: `text` has no line end.
std::string sse_comment(std::string_view text);

}  // namespace hearth::wire
