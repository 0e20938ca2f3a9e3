#include "hearth/wire/gemini_events.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "hearth/base/id.h"
#include "hearth/wire/gemini_signature.h"
#include "hearth/wire/http_status.h"
#include "hearth/wire/overflow.h"

namespace hearth::wire {
namespace {

int gemini_int(const json::object& object, std::string_view key) {
  return static_cast<int>(find_int(object, key).value_or(0));
}

std::string gemini_string(const json::object& object, std::string_view key) {
  return std::string(find_string(object, key).value_or(""));
}

/// The answer, or its rest, was held back.
constexpr std::array<std::string_view, 8> held_back{
    "SAFETY", "RECITATION",         "LANGUAGE",     "BLOCKLIST",
    "SPII",   "PROHIBITED_CONTENT", "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT"};

/// What the model wrote cannot be used, and another try may do better.
constexpr std::array<std::string_view, 5> spoiled{"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL",
                                                  "TOO_MANY_TOOL_CALLS", "MALFORMED_RESPONSE",
                                                  "MISSING_THOUGHT_SIGNATURE"};

template <std::size_t n>
bool is_one_of(std::string_view name, const std::array<std::string_view, n>& names) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

void GeminiEventDecoder::on_sse(const SseEvent& event) {
  if (event.data == "[DONE]") return;  // what some servers in front of it add
  const auto data = parse_json(event.data);
  if (!data || !data->is_object()) {
    emit_failed(ErrorKind::unavailable,
                fmt::format("the server sent an event that is no JSON: {}", excerpt(event.data)));
    return;
  }
  take_chunk(data->get_object());
}

void GeminiEventDecoder::on_body(const json::object& body) {
  take_chunk(body);
  if (!finish_reason_.empty() || anything_) {
    end();
  } else {
    emit_failed(ErrorKind::unavailable,
                fmt::format("the server's answer is none of Gemini's: {}", excerpt(to_json(body))));
  }
}

void GeminiEventDecoder::on_end() {
  if (!finish_reason_.empty()) {
    end();
  } else {
    emit_failed(ErrorKind::unavailable, "the server's answer ended mid-stream");
  }
}

void GeminiEventDecoder::start() {
  if (!std::exchange(started_, true)) emit(chat::Started{usage_, false});
}

void GeminiEventDecoder::take_chunk(const json::object& chunk) {
  if (const json::object* error = find_object(chunk, "error")) return take_error(*error);
  if (const json::object* usage = find_object(chunk, "usageMetadata")) take_usage(*usage);
  if (const json::object* feedback = find_object(chunk, "promptFeedback")) {
    if (const auto reason = find_string(*feedback, "blockReason")) {
      const std::string words = gemini_string(*feedback, "blockReasonMessage");
      return emit_failed(ErrorKind::invalid_request,
                         fmt::format("Gemini does not answer this prompt ({}{}{}); change it, or "
                                     "ask another model",
                                     *reason, words.empty() ? "" : ": ", words));
    }
  }
  const json::array* candidates = find_array(chunk, "candidates");
  if (candidates == nullptr || candidates->empty()) return;
  const json::object* candidate = candidates->front().if_object();
  if (candidate == nullptr || gemini_int(*candidate, "index") != 0) return;
  start();
  const json::object* content = find_object(*candidate, "content");
  const json::array* parts = content == nullptr ? nullptr : find_array(*content, "parts");
  if (parts != nullptr) {
    for (const json::value& part : *parts) {
      if (const json::object* object = part.if_object()) take_part(*object);
    }
  }
  const std::string reason = gemini_string(*candidate, "finishReason");
  if (!reason.empty() && finish_reason_.empty()) {
    finish_reason_ = reason;
    finish_words_ = gemini_string(*candidate, "finishMessage");
  }
}

void GeminiEventDecoder::take_part(const json::object& part) {
  const std::string signature = gemini_string(part, "thoughtSignature");
  const bool is_thought = find_bool(part, "thought").value_or(false);
  const json::object* call = find_object(part, "functionCall");
  if (call != nullptr && !signature.empty()) {
    emit(chat::ThinkingSignature{to_client({SignedPart::call, signature}), ""});
  }
  if (call != nullptr) return take_call(*call);
  if (std::string text = gemini_string(part, "text"); !text.empty()) {
    anything_ = true;
    if (is_thought) {
      emit(chat::ThinkingDelta{std::move(text)});
    } else {
      emit(chat::TextDelta{std::move(text)});
    }
  }
  if (!signature.empty()) {
    const SignedPart kind = is_thought ? SignedPart::thought : SignedPart::text;
    emit(chat::ThinkingSignature{to_client({kind, signature}), ""});
  }
}

void GeminiEventDecoder::take_call(const json::object& call) {
  const std::string name = gemini_string(call, "name");
  const json::object* arguments = find_object(call, "args");
  anything_ = true;
  if (name.empty()) {
    // A call that never got a name is still what the model said.
    emit(chat::TextDelta{to_json(call)});
    return;
  }
  std::string id = gemini_string(call, "id");
  if (id.empty()) id = new_id("call_");
  emit(chat::ToolCallStart{calls_, std::move(id), name});
  emit(chat::ToolCallDelta{calls_, arguments == nullptr ? "{}" : to_json(*arguments)});
  ++calls_;
}

void GeminiEventDecoder::take_usage(const json::object& usage) {
  usage_.prompt_tokens =
      gemini_int(usage, "promptTokenCount") + gemini_int(usage, "toolUsePromptTokenCount");
  usage_.reused_tokens = gemini_int(usage, "cachedContentTokenCount");
  usage_.thinking_tokens = gemini_int(usage, "thoughtsTokenCount");
  usage_.output_tokens = gemini_int(usage, "candidatesTokenCount") + usage_.thinking_tokens;
}

void GeminiEventDecoder::take_error(const json::object& error) {
  const auto status = find_int(error, "code");
  Error failure{status ? kind_of_status(static_cast<int>(*status)) : ErrorKind::unavailable,
                gemini_string(error, "message")};
  if (failure.message.empty()) failure.message = excerpt(to_json(error));
  if (auto overflow = overflow_of(failure.message, &error)) failure = *overflow;
  emit(chat::Failed{std::move(failure)});
}

void GeminiEventDecoder::end() {
  start();
  if (is_one_of(finish_reason_, spoiled)) {
    emit_failed(ErrorKind::unavailable,
                fmt::format("Gemini ended its answer with {}{}{}; ask again", finish_reason_,
                            finish_words_.empty() ? "" : ": ", excerpt(finish_words_)));
    return;
  }
  using chat::StopReason;
  StopReason reason = calls_ > 0 ? StopReason::tool_use : StopReason::end_turn;
  if (finish_reason_ == "MAX_TOKENS") reason = StopReason::max_tokens;
  if (is_one_of(finish_reason_, held_back)) reason = StopReason::refusal;
  emit(chat::Finished{reason, {}, usage_, {}});
}

}  // namespace hearth::wire
