#include "hearth/wire/anthropic_answer.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "hearth/base/id.h"
#include "hearth/base/sha256.h"
#include "hearth/wire/anthropic_blocks.h"
#include "hearth/wire/gemini_signature.h"
#include "hearth/wire/sse.h"

namespace hearth::wire {
namespace {

constexpr std::string_view signature_prefix = "hearth1_";

std::string_view error_type(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid_request: return "invalid_request_error";
    case ErrorKind::unauthorized: return "authentication_error";
    case ErrorKind::forbidden: return "permission_error";
    case ErrorKind::wrong_method: return "invalid_request_error";
    case ErrorKind::not_found:
    case ErrorKind::no_endpoint: return "not_found_error";
    case ErrorKind::too_large: return "request_too_large";
    case ErrorKind::rate_limited: return "rate_limit_error";
    case ErrorKind::overloaded: return "overloaded_error";
    case ErrorKind::timeout: return "timeout_error";
    case ErrorKind::unavailable:
    case ErrorKind::cancelled:
    case ErrorKind::io:
    case ErrorKind::config:
    case ErrorKind::internal: return "api_error";
  }
  return "api_error";
}

std::string_view stop_reason(chat::StopReason reason) {
  return reason == chat::StopReason::context_full ? "model_context_window_exceeded"
                                                  : chat::to_string(reason);
}

double per_second(int tokens, double ms) {
  return ms > 0 ? tokens * 1000.0 / ms : 0;
}

json::object timings_of(const chat::Finished& end) {
  const int computed = std::max(0, end.usage.prompt_tokens - end.usage.reused_tokens);
  json::object timings;
  timings["queue_ms"] = end.timings.queue_ms;
  timings["prefill_ms"] = end.timings.prefill_ms;
  timings["decode_ms"] = end.timings.decode_ms;
  timings["ttft_ms"] = end.timings.ttft_ms;
  timings["prefill_per_second"] = per_second(computed, end.timings.prefill_ms);
  timings["decode_per_second"] = per_second(end.usage.output_tokens, end.timings.decode_ms);
  return timings;
}

/// What `message_start` holds, and the response but for its end.
json::object message_head(const AnswerIdentity& identity) {
  json::object message;
  message["id"] = identity.id;
  message["type"] = "message";
  message["role"] = "assistant";
  message["model"] = identity.model;
  message["content"] = json::array{};
  message["stop_reason"] = nullptr;
  message["stop_sequence"] = nullptr;
  return message;
}

/// What a server of this API told besides, which its clients get as it stands; null if it speaks
/// another one.
const json::object* told_in(const chat::OwnFields& own) {
  return own.in("anthropic");
}

/// The split of the prompt, and what else is counted, as the server told it.
json::object usage_of(const chat::Usage& usage, const chat::OwnFields& own) {
  json::object object = messages_usage(usage);
  const json::object* answer = told_in(own);
  const json::object* told = answer == nullptr ? nullptr : find_object(*answer, "usage");
  if (told == nullptr) return object;
  for (const auto& member : *told) {
    // That of a beginning is out of date at the end.
    if (member.key() != "output_tokens") object[member.key()] = member.value();
  }
  return object;
}

/// Members that are in their own places: `usage` in usage_of, `stop_reason` in set_stop.
bool has_its_place(std::string_view member) {
  return member == "usage" || member == "stop_reason";
}

void add_told(json::object& message, const chat::OwnFields& own) {
  const json::object* told = told_in(own);
  if (told == nullptr) return;
  for (const auto& member : *told) {
    if (!has_its_place(member.key())) message.emplace(member.key(), member.value());
  }
}

void set_stop(json::object& object, const chat::Finished& end) {
  const json::object* told = told_in(end.own);
  const auto own_reason = told == nullptr ? std::nullopt : find_string(*told, "stop_reason");
  object["stop_reason"] = own_reason.value_or(stop_reason(end.reason));
  object["stop_sequence"] = end.reason == chat::StopReason::stop_sequence
                                ? json::value(end.stop_sequence)
                                : json::value();
}

json::object encode_text(const AnswerBlock& block) {
  json::object text = encode_block(chat::TextBlock{block.text, {}}, BlockExtra::drop);
  if (block.citations.empty()) return text;
  json::array citations;
  for (const json::object& citation : block.citations) citations.push_back(citation);
  text["citations"] = std::move(citations);
  return text;
}

json::object encode_answer_block(const AnswerBlock& block) {
  switch (block.kind) {
    case AnswerBlock::Kind::text: return encode_text(block);
    case AnswerBlock::Kind::thinking:
      return encode_block(
          chat::ThinkingBlock{
              block.text,
              block.signature.empty() ? thinking_signature(block.text) : block.signature,
              {}},
          BlockExtra::drop);
    case AnswerBlock::Kind::redacted:
      return encode_block(chat::RedactedThinkingBlock{block.text}, BlockExtra::drop);
    case AnswerBlock::Kind::server_tool: return block.original;
    case AnswerBlock::Kind::tool: break;
  }
  return encode_block(chat::ToolUseBlock{block.id, block.name, block.text, {}}, BlockExtra::drop);
}

std::string frame(std::string_view type, json::object object) {
  json::object event;
  event["type"] = type;
  for (auto& member : object) event.emplace(member.key(), std::move(member.value()));
  return sse_frame(type, to_json(event));
}

}  // namespace

std::string thinking_signature(std::string_view thinking) {
  Sha256 hash;
  hash.update(thinking);
  return std::string(signature_prefix) + hash.finish();
}

bool is_foreign_signature(std::string_view signature) {
  return signature.empty() || signature.starts_with(signature_prefix) ||
         gemini_signature(signature).has_value();
}

json::object messages_usage(const chat::Usage& usage) {
  const int computed = std::max(0, usage.prompt_tokens - usage.reused_tokens);
  const int input = std::min(computed, 1);
  json::object object;
  object["input_tokens"] = input;
  object["cache_creation_input_tokens"] = computed - input;
  object["cache_read_input_tokens"] = usage.reused_tokens;
  object["output_tokens"] = usage.output_tokens;
  return object;
}

json::object anthropic_error(const Error& error, std::string_view request_id) {
  json::object detail;
  detail["type"] = error_type(error.kind);
  detail["message"] = error.message;
  json::object object;
  object["type"] = "error";
  object["error"] = std::move(detail);
  if (!request_id.empty()) object["request_id"] = request_id;
  return object;
}

struct MessagesStream::State {
  AnswerIdentity identity;
  AnswerBlocks blocks{AnswerBlocks::ServerTools::kept};
  bool started = false;
  bool done = false;
  bool open = false;      ///< a content block is open
  std::size_t index = 0;  ///< of the open or next block
  AnswerBlock::Kind kind = AnswerBlock::Kind::text;
  Sha256 thoughts;             ///< of the open thinking block
  json::object told_at_start;  ///< what `message_start` had of the server's own
  std::string out;

  void start(const chat::Started& begun) {
    if (started) return;
    started = true;
    json::object message = message_head(identity);
    message["usage"] = usage_of(begun.usage, begun.own);
    add_told(message, begun.own);
    if (const json::object* told = told_in(begun.own)) told_at_start = *told;
    out += frame("message_start", {{"message", std::move(message)}});
  }

  void open_block(const AnswerBlock& block) {
    kind = block.kind;
    open = true;
    json::object content = encode_answer_block(block);
    switch (kind) {
      case AnswerBlock::Kind::text:
        content["text"] = "";
        if (!block.citations.empty()) content["citations"] = json::array{};
        break;
      case AnswerBlock::Kind::thinking:
        content["thinking"] = "";
        content["signature"] = "";
        thoughts = Sha256();
        break;
      case AnswerBlock::Kind::tool: content["input"] = json::object{}; break;
      case AnswerBlock::Kind::server_tool:
        if (content.contains("input")) content["input"] = json::object{};
        break;
      case AnswerBlock::Kind::redacted: break;
    }
    out += frame("content_block_start", {{"index", index}, {"content_block", std::move(content)}});
  }

  void send_delta(std::string_view type, std::string_view key, std::string_view text) {
    json::object delta;
    delta["type"] = type;
    delta[key] = text;
    out += frame("content_block_delta", {{"index", index}, {"delta", std::move(delta)}});
  }

  void send_text(std::string_view text) {
    if (text.empty()) return;
    switch (kind) {
      case AnswerBlock::Kind::text: send_delta("text_delta", "text", text); break;
      case AnswerBlock::Kind::thinking:
        thoughts.update(text);
        send_delta("thinking_delta", "thinking", text);
        break;
      case AnswerBlock::Kind::tool: send_delta("input_json_delta", "partial_json", text); break;
      case AnswerBlock::Kind::server_tool:
      case AnswerBlock::Kind::redacted: break;
    }
  }

  void close_block(const AnswerBlock& block) {
    if (kind == AnswerBlock::Kind::thinking) {
      send_delta("signature_delta", "signature",
                 block.signature.empty() ? std::string(signature_prefix) + thoughts.finish()
                                         : block.signature);
    }
    if (const json::value* input = find(block.original, "input")) {
      send_delta("input_json_delta", "partial_json", to_json(*input));
    }
    for (const json::object& citation : block.citations) {
      out += frame(
          "content_block_delta",
          {{"index", index}, {"delta", {{"type", "citations_delta"}, {"citation", citation}}}});
    }
    out += frame("content_block_stop", {{"index", index}});
    open = false;
    ++index;
  }

  /// Sends what the blocks allow: all of the first one, the next as soon as that is whole.
  void advance(AnswerBlocks::End end) {
    while (AnswerBlock* block = blocks.front()) {
      if (!open) open_block(*block);
      if (kind != AnswerBlock::Kind::redacted) {
        send_text(block->text);
        block->text.clear();
      }
      if (!blocks.front_is_whole(end)) return;
      close_block(*block);
      blocks.pop();
    }
  }

  void finish(const chat::Finished& end) {
    advance(AnswerBlocks::End::reached);
    json::object delta;
    set_stop(delta, end);
    json::object beside;
    add_told_since(delta, beside, end.own);
    json::object event{{"delta", std::move(delta)},
                       {"usage", usage_of(end.usage, end.own)},
                       {"timings", timings_of(end)}};
    for (auto& member : beside) event.emplace(member.key(), std::move(member.value()));
    out += frame("message_delta", std::move(event));
    out += frame("message_stop", {});
    done = true;
  }

  /// The API has `context_management` beside the delta and all else within.
  void add_told_since(json::object& delta, json::object& beside, const chat::OwnFields& own) const {
    const json::object* told = told_in(own);
    if (told == nullptr) return;
    for (const auto& member : *told) {
      const json::value* before = find(told_at_start, member.key());
      if (has_its_place(member.key()) || (before != nullptr && *before == member.value())) continue;
      (member.key() == "context_management" ? beside : delta).emplace(member.key(), member.value());
    }
  }
};

MessagesStream::MessagesStream(AnswerIdentity identity) : state_(std::make_unique<State>()) {
  if (identity.id.empty()) identity.id = new_id("msg_");
  state_->identity = std::move(identity);
}

MessagesStream::~MessagesStream() = default;

std::string MessagesStream::encode(const chat::Event& event) {
  State& state = *state_;
  if (const auto* failed = std::get_if<chat::Failed>(&event)) {
    state.out += sse_frame("error", to_json(anthropic_error(failed->error)));
    state.done = true;
  } else if (const auto* started = std::get_if<chat::Started>(&event)) {
    state.start(*started);
  } else if (const auto* progress = std::get_if<chat::PrefillProgress>(&event)) {
    state.out += prefill_comment(*progress);
  } else {
    state.start({});
    if (const auto* finished = std::get_if<chat::Finished>(&event)) {
      state.finish(*finished);
    } else {
      state.blocks.add(event);
      state.advance(AnswerBlocks::End::open);
    }
  }
  return std::exchange(state.out, {});
}

std::string MessagesStream::ping() {
  return sse_frame("ping", R"({"type":"ping"})");
}

bool MessagesStream::done() const {
  return state_->done;
}

MessagesCollector::MessagesCollector(AnswerIdentity identity)
    : BlocksCollector(AnswerBlocks::ServerTools::kept), identity_(std::move(identity)) {
  if (identity_.id.empty()) identity_.id = new_id("msg_");
}

json::object MessagesCollector::whole(AnswerBlocks& blocks, const chat::Finished& end) {
  json::object message = message_head(identity_);
  json::array content;
  for (; blocks.front() != nullptr; blocks.pop()) {
    content.push_back(encode_answer_block(*blocks.front()));
  }
  message["content"] = std::move(content);
  set_stop(message, end);
  message["usage"] = usage_of(end.usage, end.own);
  message["timings"] = timings_of(end);
  add_told(message, end.own);
  return message;
}

}  // namespace hearth::wire
