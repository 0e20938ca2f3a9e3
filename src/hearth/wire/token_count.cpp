#include "hearth/wire/token_count.h"

#include <fmt/format.h>

namespace hearth::wire {

void TokenCountDecoder::on_sse(const SseEvent& /*event*/) {
  emit_failed(ErrorKind::unavailable, "the server sent an event stream; JSON was expected");
}

void TokenCountDecoder::on_body(const json::object& body) {
  const auto tokens = find_int(body, "input_tokens");
  if (!tokens || *tokens < 0) {
    emit_failed(ErrorKind::unavailable, fmt::format("the server's answer is no count of tokens: {}",
                                                    excerpt(to_json(body))));
    return;
  }
  chat::Usage usage;
  usage.prompt_tokens = static_cast<int>(*tokens);
  emit(chat::Started{usage, true});
  emit(chat::Finished{chat::StopReason::end_turn, {}, usage, {}});
}

void TokenCountDecoder::on_end() {
  emit_failed(ErrorKind::unavailable, "the server's answer is empty");
}

}  // namespace hearth::wire
