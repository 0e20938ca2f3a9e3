#include "hearth/wire/passed_on.h"

#include <utility>

namespace hearth::wire {

void PassedOnDecoder::on_sse(const SseEvent& /*event*/) {
  emit_failed(ErrorKind::unavailable, "the server sent an event stream; JSON was expected");
}

void PassedOnDecoder::on_body(const json::object& body) {
  chat::Usage usage;
  if (const json::object* told = find_object(body, "usage")) {
    usage.prompt_tokens = static_cast<int>(find_int(*told, "prompt_tokens").value_or(0));
  }
  emit(chat::Started{usage, false});
  emit(chat::TextDelta{to_json(body)});
  emit(chat::Finished{chat::StopReason::end_turn, {}, usage, {}});
}

void PassedOnDecoder::on_end() {
  emit_failed(ErrorKind::unavailable, "the server's answer is empty");
}

void PassedOnCollector::add(const chat::Event& event) {
  if (const auto* text = std::get_if<chat::TextDelta>(&event)) text_ += text->text;
  if (const auto* failed = std::get_if<chat::Failed>(&event)) error_ = failed->error;
  done_ = done_ || std::holds_alternative<chat::Finished>(event);
}

Result<json::value> PassedOnCollector::response() {
  if (error_) return std::unexpected(*error_);
  return parse_json(text_);
}

}  // namespace hearth::wire
