#include "hearth/wire/stream_decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "hearth/base/utf8.h"

namespace hearth::wire {
namespace {

constexpr std::size_t body_limit = std::size_t{64} << 20;

bool is_event_stream_field(std::string_view name) {
  static constexpr std::array<std::string_view, 5> fields{"", "data", "event", "id", "retry"};
  return std::ranges::find(fields, name) != fields.end();
}

}  // namespace

std::string excerpt(std::string_view text, std::size_t limit) {
  std::string line = to_valid_utf8(text.substr(0, limit + 4));
  if (line.size() > limit) {
    line.resize(limit);
    line.resize(line.size() - incomplete_utf8_tail(line));
  }
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  if (text.size() > line.size()) line += "…";
  return line;
}

void StreamDecoder::emit(chat::Event event) {
  if (done_) return;
  done_ =
      std::holds_alternative<chat::Finished>(event) || std::holds_alternative<chat::Failed>(event);
  out_.push_back(std::move(event));
}

void StreamDecoder::emit_failed(ErrorKind kind, std::string message) {
  emit(chat::Failed{{kind, std::move(message)}});
}

void StreamDecoder::on_comment(std::string_view) {}

std::vector<chat::Event> StreamDecoder::feed(std::string_view bytes) {
  if (done_) return {};
  if (shape_ == Shape::events) {
    feed_events(bytes);
    return std::exchange(out_, {});
  }
  if (head_.size() + bytes.size() > body_limit) {
    emit_failed(ErrorKind::unavailable, "the server's answer is over 64 MB; it was not read");
    return std::exchange(out_, {});
  }
  head_ += bytes;
  if (shape_ == Shape::unknown) {
    std::string_view rest = head_;
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\n\xEF\xBB\xBF"), rest.size()));
    const std::size_t colon = rest.find_first_of(":\r\n");
    if (rest.starts_with('{')) {
      shape_ = Shape::body;
    } else if (colon != std::string_view::npos) {
      shape_ = is_event_stream_field(rest.substr(0, colon)) ? Shape::events : Shape::body;
    }
    if (shape_ == Shape::events) {
      const std::string head = std::exchange(head_, {});
      feed_events(head);
    }
  }
  return std::exchange(out_, {});
}

std::vector<chat::Event> StreamDecoder::finish() {
  if (done_) return {};
  if (shape_ == Shape::events) {
    // The last event may lack its empty line; half an event is no event.
    parser_.finish([this](const SseEvent& event) {
      if (!done_ && (event.data == "[DONE]" || parse_json(event.data))) take_event(event);
    });
    if (!done_) on_end();
  } else {
    finish_body();
  }
  return std::exchange(out_, {});
}

void StreamDecoder::feed_events(std::string_view bytes) {
  const bool read = parser_.feed(
      bytes,
      [this](const SseEvent& event) {
        if (!done_) take_event(event);
      },
      [this](std::string_view comment) {
        if (!done_) on_comment(comment);
      });
  if (!read) {
    emit_failed(ErrorKind::unavailable, "the server sent a line over 64 MB; it was not read");
  }
}

void StreamDecoder::take_event(const SseEvent& event) {
  std::vector<LoneSurrogate> lone = lone_surrogates(event.data);
  if (lone.empty()) {
    on_sse(event);
    return;
  }
  SseEvent joined = event;
  std::string& data = joined.data;
  const auto begins_a_text = [&](const LoneSurrogate& half) {
    return !half.leading && half.at > 0 && data[half.at - 1] == '"';
  };
  const auto other = std::ranges::find_if(lone, begins_a_text);
  if (!half_.empty() && other != lone.end()) {
    data.insert(other->at, std::exchange(half_, {}));
    lone = lone_surrogates(data);
  }
  constexpr std::size_t size = 6;
  const auto ends_a_text = [&](const LoneSurrogate& half) {
    return half.leading && data.substr(half.at + size, 1) == "\"";
  };
  if (const auto half = std::ranges::find_if(lone, ends_a_text); half != lone.end()) {
    half_ = data.substr(half->at, size);
    data.erase(half->at, size);
  }
  on_sse(joined);
}

void StreamDecoder::finish_body() {
  if (head_.empty()) {
    emit_failed(ErrorKind::unavailable, "the server's answer is empty");
    return;
  }
  const auto body = parse_json(head_);
  if (body && body->is_object()) {
    on_body(body->get_object());
  } else if (head_.find_first_not_of(" \t\r\n") == head_.find('{')) {
    emit_failed(ErrorKind::unavailable,
                fmt::format("the server's answer ended mid-way: {}", excerpt(head_)));
  } else {
    emit_failed(ErrorKind::unavailable,
                fmt::format("the server's answer is not that of an API: {}", excerpt(head_)));
  }
}

}  // namespace hearth::wire
