#include "hearth/wire/anthropic_events.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "hearth/wire/anthropic_blocks.h"
#include "hearth/wire/http_status.h"
#include "hearth/wire/overflow.h"

namespace hearth::wire {
namespace {

int int_of(const json::object& object, std::string_view key) {
  return static_cast<int>(find_int(object, key).value_or(0));
}

std::string string_of(const json::object& object, std::string_view key) {
  return std::string(find_string(object, key).value_or(""));
}

std::optional<chat::StopReason> stop_reason_of(std::string_view name) {
  using chat::StopReason;
  if (name == "end_turn") return StopReason::end_turn;
  if (name == "max_tokens") return StopReason::max_tokens;
  if (name == "stop_sequence") return StopReason::stop_sequence;
  if (name == "tool_use") return StopReason::tool_use;
  if (name == "pause_turn") return StopReason::pause_turn;
  if (name == "refusal") return StopReason::refusal;
  if (name == "model_context_window_exceeded") return StopReason::context_full;
  return std::nullopt;
}

/// What events carry of a message, or is told in events of its own.
bool has_a_meaning(std::string_view member) {
  static constexpr std::array<std::string_view, 10> known{
      "id",          "type",          "role",  "model",   "content",
      "stop_reason", "stop_sequence", "usage", "timings", "delta"};
  return std::ranges::find(known, member) != known.end();
}

bool is_of_prompt(std::string_view member) {
  return member == "input_tokens" || member == "cache_creation_input_tokens" ||
         member == "cache_read_input_tokens";
}

/// A delta's members belong to the block: texts and lists go on, anything else is what it says.
void add_to_block(json::object& block, const json::object& delta) {
  for (const auto& member : delta) {
    if (member.key() == "type") continue;
    json::value& known = block[member.key()];
    if (known.is_string() && member.value().is_string()) {
      known.get_string().append(std::string_view(member.value().get_string()));
    } else if (known.is_array() && member.value().is_array()) {
      for (const json::value& item : member.value().get_array()) {
        known.get_array().push_back(item);
      }
    } else {
      known = member.value();
    }
  }
}

Error error_of(const json::object& holder) {
  const json::object* error = find_object(holder, "error");
  if (error == nullptr) return {ErrorKind::unavailable, excerpt(to_json(holder))};
  const std::string message = string_of(*error, "message");
  if (auto overflow = overflow_of(message, error)) return *overflow;
  return {kind_of_error_type(find_string(*error, "type").value_or("")), message};
}

}  // namespace

void MessagesEventDecoder::on_sse(const SseEvent& event) {
  const auto data = parse_json(event.data);
  if (!data || !data->is_object()) {
    emit_failed(ErrorKind::unavailable,
                fmt::format("the server sent an event that is no JSON: {}", excerpt(event.data)));
    return;
  }
  const json::object& object = data->get_object();
  const std::string type = string_of(object, "type");
  const int index = int_of(object, "index");
  if (type == "message_start") {
    if (const json::object* message = find_object(object, "message")) start(*message);
  } else if (type == "content_block_start") {
    if (const json::object* block = find_object(object, "content_block")) open_block(index, *block);
  } else if (type == "content_block_delta") {
    if (const json::object* part = find_object(object, "delta")) delta(index, *part);
  } else if (type == "content_block_stop") {
    close_block(index);
  } else if (type == "message_delta") {
    if (const json::object* part = find_object(object, "delta")) {
      take_ending(*part);
      take_own(*part);
    }
    if (const json::object* usage = find_object(object, "usage")) take_usage(*usage);
    take_own(object);
    take_timings(object);
  } else if (type == "message_stop") {
    end();
  } else if (type == "error" || event.event == "error") {
    emit(chat::Failed{error_of(object)});
  }
}

void MessagesEventDecoder::on_comment(std::string_view comment) {
  constexpr std::string_view mark = "prefill ";
  if (!comment.starts_with(mark)) return;
  const auto told = parse_json(comment.substr(mark.size()));
  if (!told || !told->is_object()) return;
  const json::object& object = told->get_object();
  emit(chat::PrefillProgress{int_of(object, "computed"), int_of(object, "reused"),
                             int_of(object, "total"), find_number(object, "eta_ms").value_or(0),
                             find_bool(object, "estimated").value_or(false)});
}

void MessagesEventDecoder::on_body(const json::object& body) {
  if (string_of(body, "type") == "error" || body.contains("error")) {
    emit(chat::Failed{error_of(body)});
    return;
  }
  const json::array* content = find_array(body, "content");
  if (content == nullptr) {
    emit_failed(ErrorKind::unavailable,
                fmt::format("the server's answer is no message: {}", excerpt(to_json(body))));
    return;
  }
  start(body);
  int index = 0;
  for (const json::value& item : *content) {
    if (const json::object* block = item.if_object()) {
      open_block(index, *block);
      close_block(index);
    }
    ++index;
  }
  take_ending(body);
  take_timings(body);
  end();
}

void MessagesEventDecoder::on_end() {
  emit_failed(ErrorKind::unavailable, "the server's answer ended mid-stream");
}

void MessagesEventDecoder::start(const json::object& message) {
  if (started_) return;
  started_ = true;
  finished_.own.format = "anthropic";
  if (const json::object* usage = find_object(message, "usage")) take_usage(*usage);
  take_own(message);
  chat::Usage usage = finished_.usage;
  usage.output_tokens = 0;
  emit(chat::Started{usage, usage.prompt_tokens > 0, {}, {}, finished_.own});
}

void MessagesEventDecoder::open_block(int index, const json::object& block) {
  start({});
  OpenBlock opened;
  const std::string type = string_of(block, "type");
  if (type == "text") {
    opened.kind = BlockKind::text;
    if (behind_text_) emit(chat::TextEnd{});
    if (const json::array* citations = find_array(block, "citations")) {
      for (const json::value& citation : *citations) {
        if (citation.is_object()) opened.citations.push_back(citation.get_object());
      }
    }
    if (std::string text = string_of(block, "text"); !text.empty()) {
      emit(chat::TextDelta{std::move(text)});
    }
  } else if (type == "thinking") {
    opened.kind = BlockKind::thinking;
    opened.signature = string_of(block, "signature");
    if (std::string text = string_of(block, "thinking"); !text.empty()) {
      emit(chat::ThinkingDelta{std::move(text)});
    }
  } else if (type == "redacted_thinking") {
    emit(chat::ThinkingSignature{"", string_of(block, "data")});
  } else if (type == "tool_use") {
    opened.kind = BlockKind::tool;
    opened.call = calls_++;
    if (const json::object* input = find_object(block, "input")) opened.input = to_json(*input);
    emit(chat::ToolCallStart{opened.call, string_of(block, "id"), string_of(block, "name")});
  } else if (!type.empty()) {
    opened.kind = BlockKind::server_tool;
    opened.original = block;
  }
  behind_text_ = false;
  open_[index] = std::move(opened);
}

void MessagesEventDecoder::delta(int index, const json::object& part) {
  const auto found = open_.find(index);
  if (found == open_.end()) return;
  OpenBlock& block = found->second;
  const std::string type = string_of(part, "type");
  if (block.kind == BlockKind::server_tool) {
    if (type == "input_json_delta") {
      block.input += string_of(part, "partial_json");
    } else {
      add_to_block(block.original, part);
    }
  } else if (type == "text_delta") {
    emit(chat::TextDelta{string_of(part, "text")});
  } else if (type == "citations_delta" && block.kind == BlockKind::text) {
    if (const json::object* citation = find_object(part, "citation")) {
      block.citations.push_back(*citation);
    }
  } else if (type == "thinking_delta") {
    emit(chat::ThinkingDelta{string_of(part, "thinking")});
  } else if (type == "signature_delta") {
    block.signature += string_of(part, "signature");
  } else if (type == "input_json_delta" && block.kind == BlockKind::tool) {
    std::string piece = string_of(part, "partial_json");
    if (piece.empty()) return;
    block.has_input = true;
    emit(chat::ToolCallDelta{block.call, std::move(piece)});
  }
}

void MessagesEventDecoder::close_block(int index) {
  const auto found = open_.find(index);
  if (found == open_.end()) return;
  OpenBlock& block = found->second;
  if (block.kind == BlockKind::thinking && !block.signature.empty()) {
    emit(chat::ThinkingSignature{std::move(block.signature), ""});
  } else if (block.kind == BlockKind::tool && !block.has_input) {
    emit(chat::ToolCallDelta{block.call, block.input.empty() ? "{}" : std::move(block.input)});
  } else if (block.kind == BlockKind::server_tool) {
    if (!block.input.empty()) block.original["input"] = parse_arguments(block.input);
    emit(chat::ServerToolBlock{std::move(block.original)});
  } else if (block.kind == BlockKind::text && !block.citations.empty()) {
    emit(chat::TextEnd{std::move(block.citations)});
  } else {
    behind_text_ = block.kind == BlockKind::text;
  }
  open_.erase(found);
}

void MessagesEventDecoder::take_usage(const json::object& usage) {
  const int read = int_of(usage, "cache_read_input_tokens");
  const int prompt =
      int_of(usage, "input_tokens") + int_of(usage, "cache_creation_input_tokens") + read;
  // `message_delta` may tell the output only.
  if (prompt > 0) {
    finished_.usage.prompt_tokens = prompt;
    finished_.usage.reused_tokens = read;
  }
  if (const auto output = find_int(usage, "output_tokens")) {
    finished_.usage.output_tokens = static_cast<int>(*output);
  }
  json::object told;
  if (const json::object* before = find_object(finished_.own.members, "usage")) told = *before;
  for (const auto& member : usage) {
    if (member.value().is_null() || (prompt == 0 && is_of_prompt(member.key()))) continue;
    told[member.key()] = member.value();
  }
  if (!told.empty()) finished_.own.members["usage"] = std::move(told);
}

/// What only clients of the same format know: `container`, `context_management`, ….
void MessagesEventDecoder::take_own(const json::object& holder) {
  for (const auto& member : holder) {
    if (member.value().is_null() || has_a_meaning(member.key())) continue;
    finished_.own.members[member.key()] = member.value();
  }
}

void MessagesEventDecoder::take_ending(const json::object& holder) {
  if (const auto reason = find_string(holder, "stop_reason")) {
    const auto known = stop_reason_of(*reason);
    finished_.reason = known.value_or(chat::StopReason::end_turn);
    if (!known && !reason->empty()) finished_.own.members["stop_reason"] = *reason;
    reason_seen_ = true;
  }
  if (const auto stop = find_string(holder, "stop_sequence")) finished_.stop_sequence = *stop;
}

void MessagesEventDecoder::take_timings(const json::object& holder) {
  const json::object* timings = find_object(holder, "timings");
  if (timings == nullptr) return;
  finished_.timings.queue_ms = find_number(*timings, "queue_ms").value_or(0);
  finished_.timings.prefill_ms = find_number(*timings, "prefill_ms").value_or(0);
  finished_.timings.decode_ms = find_number(*timings, "decode_ms").value_or(0);
  finished_.timings.ttft_ms = find_number(*timings, "ttft_ms").value_or(0);
}

void MessagesEventDecoder::end() {
  start({});
  while (!open_.empty()) close_block(open_.begin()->first);
  if (!reason_seen_ && calls_ > 0) finished_.reason = chat::StopReason::tool_use;
  emit(finished_);
}

}  // namespace hearth::wire
