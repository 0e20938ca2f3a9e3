#include "hearth/wire/openai_events.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "hearth/base/id.h"
#include "hearth/wire/http_status.h"
#include "hearth/wire/openai_logprobs.h"
#include "hearth/wire/overflow.h"

namespace hearth::wire {
namespace {

int int_of(const json::object& object, std::string_view key) {
  return static_cast<int>(find_int(object, key).value_or(0));
}

std::string string_of(const json::object& object, std::string_view key) {
  return std::string(find_string(object, key).value_or(""));
}

/// A content is a string, or parts with text.
std::string text_of(const json::object& object, std::string_view key) {
  const json::array* parts = find_array(object, key);
  if (parts == nullptr) return string_of(object, key);
  std::string text;
  for (const json::value& part : *parts) {
    if (const json::object* holder = part.if_object()) text += string_of(*holder, "text");
  }
  return text;
}

/// What a call's name and arguments stand in; null if there is none.
const json::object* holder_of(const json::object& call) {
  const json::object* function = find_object(call, "function");
  return function == nullptr ? find_object(call, "custom") : function;
}

/// A piece of free text within the JSON string that a custom tool's input is here.
std::string in_json_string(std::string_view piece) {
  const std::string quoted = to_json(json::value(piece));
  return quoted.substr(1, quoted.size() - 2);
}

using KnownNames = std::span<const std::string_view>;

/// What events carry; the rest is for clients of this format. `obfuscation` is padding.
constexpr std::array<std::string_view, 10> of_chunk{
    "id",    "object",     "created", "model", "choices", "usage", "timings", "system_fingerprint",
    "error", "obfuscation"};
constexpr std::array<std::string_view, 7> of_message{
    "role", "content", "refusal", "reasoning_content", "tool_calls", "function_call", "reasoning"};
constexpr std::array<std::string_view, 5> of_call{"id", "index", "type", "function", "custom"};

bool is_empty(const json::value& value) {
  if (const json::array* array = value.if_array()) return array->empty();
  if (const json::object* object = value.if_object()) return object->empty();
  return value.is_null() || (value.is_string() && value.get_string().empty());
}

void add_unknown(json::object& to, const json::object& from, KnownNames known) {
  for (const auto& member : from) {
    const std::string_view name = member.key();
    if (is_empty(member.value()) || std::ranges::find(known, name) != known.end()) continue;
    to[name] = member.value();
  }
}

chat::StopReason stop_reason_of(std::string_view name, bool has_calls) {
  using chat::StopReason;
  if (name == "length") return StopReason::max_tokens;
  if (name == "content_filter") return StopReason::refusal;
  return has_calls ? StopReason::tool_use : StopReason::end_turn;
}

}  // namespace

void ChatCompletionEventDecoder::on_sse(const SseEvent& event) {
  if (event.data == "[DONE]") {
    if (!finish_reason_ && !anything_) {
      emit_failed(ErrorKind::unavailable, "the server's answer is empty");
    } else {
      end();
    }
    return;
  }
  const auto data = parse_json(event.data);
  if (!data || !data->is_object()) {
    emit_failed(ErrorKind::unavailable,
                fmt::format("the server sent an event that is no JSON: {}", excerpt(event.data)));
    return;
  }
  const json::object& object = data->get_object();
  if (const json::value* error = find(object, "error")) {
    take_error(*error);
  } else if (event.event == "error") {
    take_error(*data);
  } else {
    take_chunk(object);
  }
}

void ChatCompletionEventDecoder::on_body(const json::object& body) {
  if (const json::value* error = find(body, "error")) {
    take_error(*error);
    return;
  }
  take_chunk(body);
  if (finish_reason_ || anything_) {
    end();
  } else {
    emit_failed(ErrorKind::unavailable, fmt::format("the server's answer is no chat completion: {}",
                                                    excerpt(to_json(body))));
  }
}

void ChatCompletionEventDecoder::on_end() {
  if (finish_reason_) {
    end();
  } else {
    emit_failed(ErrorKind::unavailable, "the server's answer ended mid-stream");
  }
}

void ChatCompletionEventDecoder::start() {
  if (started_) return;
  started_ = true;
  emit(chat::Started{usage_, false});
}

void ChatCompletionEventDecoder::take_chunk(const json::object& chunk) {
  start();
  add_unknown(own_.members, chunk, of_chunk);
  if (const json::object* usage = find_object(chunk, "usage")) take_usage(*usage);
  if (const json::object* timings = find_object(chunk, "timings")) take_timings(*timings);
  const json::array* choices = find_array(chunk, "choices");
  if (choices == nullptr || choices->empty()) return;
  const json::object* choice = choices->front().if_object();
  if (choice == nullptr) return;
  for (chat::SampledToken& token : tokens_of_chat_logprobs(*choice)) {
    tokens_.push_back(std::move(token));
  }
  if (const json::object* delta = find_object(*choice, "delta")) take_message(*delta);
  if (const json::object* message = find_object(*choice, "message")) take_message(*message);
  if (find_string(*choice, "finish_reason") == "error") {
    take_failed_choice(*choice);
  } else {
    take_ending(*choice);
  }
}

void ChatCompletionEventDecoder::take_failed_choice(const json::object& choice) {
  if (const json::value* error = find(choice, "error")) {
    take_error(*error);
  } else {
    emit_failed(ErrorKind::unavailable,
                fmt::format("the server ended its answer with finish_reason \"error\": {}",
                            excerpt(to_json(choice))));
  }
}

void ChatCompletionEventDecoder::take_ending(const json::object& choice) {
  const auto reason = find_string(choice, "finish_reason");
  if (reason && !reason->empty() && !finish_reason_) finish_reason_ = *reason;
  // Other servers have other things under these names, a token's number for one.
  for (const char* key : {"stop_reason", "matched_stop"}) {
    const auto stop = find_string(choice, key);
    if (stop && std::ranges::find(stops_, *stop) != stops_.end()) stop_sequence_ = *stop;
  }
}

void ChatCompletionEventDecoder::take_message(const json::object& message) {
  std::string thinking = text_of(message, "reasoning_content");
  if (thinking.empty()) thinking = text_of(message, "reasoning");
  if (!thinking.empty()) {
    anything_ = true;
    emit(chat::ThinkingDelta{std::move(thinking)});
  }
  for (const char* key : {"content", "refusal"}) {
    if (std::string text = text_of(message, key); !text.empty()) {
      anything_ = true;
      emit(chat::TextDelta{std::move(text), std::exchange(tokens_, {})});
    }
  }
  if (const json::array* calls = find_array(message, "tool_calls")) {
    for (const json::value& call : *calls) {
      if (const json::object* object = call.if_object()) take_call(*object);
    }
  } else if (const json::object* function = find_object(message, "function_call")) {
    // What tool calls were before: at most one, without an id.
    take_call({{"index", 0}, {"function", *function}});
  }
  chat::OwnFields own{own_.format, {}};
  add_unknown(own.members, message, of_message);
  if (!own.members.empty()) emit(chat::MessageFields{std::move(own)});
}

/// Which call a delta belongs to; a new one where it belongs to none.
std::size_t ChatCompletionEventDecoder::call_for(const json::object& call) {
  const auto index = find_int(call, "index");
  const std::string id = string_of(call, "id");
  const json::object* holder = holder_of(call);
  const bool named = holder != nullptr && !string_of(*holder, "name").empty();
  // From the back: several calls may share an index, and the last one is being written.
  for (std::size_t i = calls_.size(); i-- > 0;) {
    const Call& known = calls_[i];
    const bool same_id = !id.empty() && known.id == id;
    const bool other_id = !id.empty() && !known.id.empty() && !same_id;
    if (index && known.index && *index != *known.index) continue;
    if (same_id) return i;
    if (other_id && (named || !index)) continue;
    if (index && known.index) return i;
    // Without an index, a name begins a new call, unless this one still waits for its own.
    if (i + 1 == calls_.size() && (!named || !known.started)) return i;
  }
  Call& added = calls_.emplace_back();
  added.index = index;
  added.id = id;
  return calls_.size() - 1;
}

void ChatCompletionEventDecoder::take_call(const json::object& object) {
  anything_ = true;
  const std::size_t at = call_for(object);
  Call& call = calls_[at];
  if (call.id.empty()) call.id = string_of(object, "id");
  if (!call.started) add_unknown(call.own, object, of_call);
  std::string piece;
  if (const json::object* holder = holder_of(object)) {
    if (call.name.empty()) call.name = string_of(*holder, "name");
    if (const auto input = find_string(*holder, "input"); input && object.contains("custom")) {
      piece = *input;
      call.custom = true;
    } else if (const json::value* arguments = find(*holder, "arguments")) {
      piece = arguments->is_string() ? std::string(arguments->get_string()) : to_json(*arguments);
    }
  }
  if (!call.started) {
    call.held += piece;
    if (call.name.empty()) return;
    call.started = true;
    if (call.id.empty()) call.id = new_id("call_");
    emit(chat::ToolCallStart{
        static_cast<int>(at), call.id, call.name, {own_.format, std::move(call.own)}});
    piece = std::exchange(call.held, {});
  }
  if (call.custom && !piece.empty()) {
    piece = (call.has_arguments ? "" : "{\"input\":\"") + in_json_string(piece);
  }
  if (!piece.empty()) {
    call.has_arguments = true;
    emit(chat::ToolCallDelta{static_cast<int>(at), std::move(piece)});
  }
}

void ChatCompletionEventDecoder::take_error(const json::value& error) {
  Error failure{ErrorKind::unavailable, {}};
  if (const json::object* object = error.if_object()) {
    failure.message = string_of(*object, "message");
    for (const char* key : {"code", "type"}) {
      if (failure.kind != ErrorKind::unavailable) break;
      if (const auto name = find_string(*object, key)) failure.kind = kind_of_error_type(*name);
      if (const auto status = find_int(*object, key)) {
        failure.kind = kind_of_status(static_cast<int>(*status));
      }
    }
  } else if (error.is_string()) {
    failure.message = std::string(error.get_string());
  }
  if (failure.message.empty()) failure.message = excerpt(to_json(error));
  if (auto overflow = overflow_of(failure.message, error.if_object())) failure = *overflow;
  emit(chat::Failed{std::move(failure)});
}

void ChatCompletionEventDecoder::take_usage(const json::object& usage) {
  own_.members["usage"] = usage;
  usage_.prompt_tokens = int_of(usage, "prompt_tokens");
  usage_.output_tokens = int_of(usage, "completion_tokens");
  if (const json::object* details = find_object(usage, "prompt_tokens_details")) {
    usage_.reused_tokens = int_of(*details, "cached_tokens");
  }
  if (const json::object* details = find_object(usage, "completion_tokens_details")) {
    usage_.thinking_tokens = int_of(*details, "reasoning_tokens");
  }
}

void ChatCompletionEventDecoder::take_timings(const json::object& timings) {
  timings_.prefill_ms = find_number(timings, "prompt_ms").value_or(0);
  timings_.decode_ms = find_number(timings, "predicted_ms").value_or(0);
  timings_.queue_ms = find_number(timings, "queue_ms").value_or(0);
  timings_.ttft_ms = find_number(timings, "ttft_ms").value_or(0);
}

void ChatCompletionEventDecoder::end() {
  start();
  bool has_calls = false;
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    const Call& call = calls_[i];
    has_calls = has_calls || call.started;
    if (!call.started && !call.held.empty()) {
      // A call that never got a name is still what the model said.
      emit(chat::TextDelta{call.held});
    } else if (call.started && call.custom) {
      emit(
          chat::ToolCallDelta{static_cast<int>(i), call.has_arguments ? "\"}" : R"({"input":""})"});
    } else if (call.started && !call.has_arguments) {
      emit(chat::ToolCallDelta{static_cast<int>(i), "{}"});
    }
  }
  chat::StopReason reason = stop_reason_of(finish_reason_.value_or(""), has_calls);
  if (reason != chat::StopReason::end_turn) stop_sequence_.clear();
  if (!stop_sequence_.empty()) reason = chat::StopReason::stop_sequence;
  emit(chat::Finished{reason, std::move(stop_sequence_), usage_, timings_, std::move(own_)});
}

}  // namespace hearth::wire
