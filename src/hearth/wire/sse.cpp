#include "hearth/wire/sse.h"

namespace hearth::wire {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

}  // namespace

bool SseParser::feed(std::string_view bytes, const OnEvent& on_event, const OnComment& on_comment) {
  while (!bytes.empty()) {
    if (after_cr_) {
      after_cr_ = false;
      if (bytes.front() == '\n') {
        bytes.remove_prefix(1);
        continue;
      }
    }
    const std::size_t end = bytes.find_first_of("\r\n");
    const std::string_view piece = bytes.substr(0, end);
    if (line_.size() + piece.size() + event_.data.size() > line_limit) return false;
    if (end == std::string_view::npos) {
      line_ += piece;
      return true;
    }
    after_cr_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    if (line_.empty()) {
      take_line(piece, on_event, on_comment);
    } else {
      line_ += piece;
      const std::string line = std::move(line_);
      line_.clear();
      take_line(line, on_event, on_comment);
    }
  }
  return true;
}

void SseParser::finish(const OnEvent& on_event, const OnComment& on_comment) {
  if (!line_.empty()) {
    const std::string line = std::move(line_);
    line_.clear();
    take_line(line, on_event, on_comment);
  }
  take_line({}, on_event, on_comment);
}

void SseParser::take_line(std::string_view line, const OnEvent& on_event,
                          const OnComment& on_comment) {
  if (at_start_) {
    at_start_ = false;
    if (line.starts_with(byte_order_mark)) line.remove_prefix(byte_order_mark.size());
  }
  if (line.empty()) {
    SseEvent event = std::move(event_);
    event_ = {};
    if (!has_data_) return;
    has_data_ = false;
    if (event.event.empty()) event.event = "message";
    on_event(event);
    return;
  }
  const std::size_t colon = line.find(':');
  const std::string_view field = line.substr(0, colon);
  std::string_view value =
      colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (colon == 0) {
    if (on_comment) on_comment(value);
  } else if (field == "data") {
    if (has_data_) event_.data += '\n';
    event_.data += value;
    has_data_ = true;
  } else if (field == "event") {
    event_.event = value;
  }
}

std::string sse_frame(std::string_view event, std::string_view data) {
  std::string frame;
  frame.reserve(event.size() + data.size() + 16);
  if (!event.empty()) frame.append("event: ").append(event).append("\n");
  while (true) {
    const std::size_t end = data.find('\n');
    frame.append("data: ").append(data.substr(0, end)).append("\n");
    if (end == std::string_view::npos) break;
    data.remove_prefix(end + 1);
  }
  return frame += '\n';
}

std::string sse_comment(std::string_view text) {
  return std::string(": ").append(text).append("\n\n");
}

}  // namespace hearth::wire
