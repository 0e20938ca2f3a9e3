#include "hearth/wire/openai_answer.h"

#include <algorithm>
#include <utility>

#include "hearth/base/clock.h"
#include "hearth/base/id.h"
#include "hearth/wire/openai_identity.h"
#include "hearth/wire/openai_logprobs.h"
#include "hearth/wire/overflow.h"
#include "hearth/wire/provider_fields.h"
#include "hearth/wire/sse.h"

namespace hearth::wire {
namespace {

struct ErrorNames {
  const char* type;
  const char* code;  ///< null: none
};

ErrorNames names_of(const Error& error) {
  switch (error.kind) {
    case ErrorKind::invalid_request:
      return {"invalid_request_error", is_overflow(error) ? "context_length_exceeded" : nullptr};
    case ErrorKind::unauthorized: return {"authentication_error", "invalid_api_key"};
    case ErrorKind::forbidden: return {"permission_error", nullptr};
    case ErrorKind::not_found: return {"not_found_error", "model_not_found"};
    case ErrorKind::no_endpoint:
    case ErrorKind::wrong_method: return {"invalid_request_error", nullptr};
    case ErrorKind::too_large: return {"invalid_request_error", "request_too_large"};
    case ErrorKind::rate_limited: return {"rate_limit_error", "rate_limit_exceeded"};
    case ErrorKind::overloaded: return {"overloaded_error", nullptr};
    case ErrorKind::timeout: return {"timeout_error", nullptr};
    case ErrorKind::unavailable:
    case ErrorKind::cancelled:
    case ErrorKind::io:
    case ErrorKind::config:
    case ErrorKind::internal: return {"server_error", nullptr};
  }
  return {"server_error", nullptr};
}

double per_second(int tokens, double ms) {
  return ms > 0 ? tokens * 1000.0 / ms : 0;
}

json::object call_object(int index, const std::string& id, const std::string& name) {
  return {{"index", index},
          {"id", id},
          {"type", "function"},
          {"function", {{"name", name}, {"arguments", ""}}}};
}

constexpr std::string_view answer_format = "openai";

/// What a server of this format told besides, but its usage.
void add_own_fields(json::object& to, const chat::OwnFields& own) {
  const json::object* told = own.in(answer_format);
  if (told == nullptr) return;
  for (const auto& member : *told) {
    if (member.key() != "usage") to.emplace(member.key(), member.value());
  }
}

/// With what such a server counts besides (`cost`, …).
json::object told_usage(const chat::Finished& end) {
  json::object usage = openai_usage(end.usage);
  const json::object* told = end.own.in(answer_format);
  const json::object* counted = told == nullptr ? nullptr : find_object(*told, "usage");
  if (counted != nullptr) add_missing(usage, *counted);
  return usage;
}

/// Pieces of one thing have its `index`: their texts go on.
bool is_piece_of(const json::value& known, const json::value& piece) {
  if (!known.is_object() || !piece.is_object()) return false;
  const auto index = find_int(piece.get_object(), "index");
  return index && find_int(known.get_object(), "index") == index &&
         find_string(known.get_object(), "type") == find_string(piece.get_object(), "type");
}

void add_piece(json::object& known, const json::object& piece) {
  for (const auto& member : piece) {
    const std::string_view name = member.key();
    json::value& value = known[name];
    if ((name == "text" || name == "summary") && value.is_string() && member.value().is_string()) {
      value.get_string().append(member.value().get_string());
    } else if (!member.value().is_null()) {
      value = member.value();
    }
  }
}

/// Lists (`annotations`, `reasoning_details`) grow; anything else is what it says last.
void add_fields(json::object& message, const json::object& fields) {
  for (const auto& member : fields) {
    const json::array* pieces = member.value().if_array();
    json::value& known = message[member.key()];
    if (pieces == nullptr || !known.is_array()) {
      known = member.value();
      continue;
    }
    json::array& list = known.get_array();
    for (const json::value& piece : *pieces) {
      if (!list.empty() && is_piece_of(list.back(), piece)) {
        add_piece(list.back().get_object(), piece.get_object());
      } else {
        list.push_back(piece);
      }
    }
  }
}

json::object one_call(json::object call) {
  return {{"tool_calls", json::array{std::move(call)}}};
}

}  // namespace

void complete_identity(AnswerIdentity& identity, std::string_view prefix) {
  if (identity.id.empty()) identity.id = new_id(prefix);
  if (identity.created == 0) identity.created = unix_ms() / 1000;
}

json::object openai_usage(const chat::Usage& usage) {
  json::object object;
  object["prompt_tokens"] = usage.prompt_tokens;
  object["completion_tokens"] = usage.output_tokens;
  object["total_tokens"] = usage.prompt_tokens + usage.output_tokens;
  object["prompt_tokens_details"] = json::object{{"cached_tokens", usage.reused_tokens}};
  object["completion_tokens_details"] = json::object{{"reasoning_tokens", usage.thinking_tokens}};
  return object;
}

json::object openai_timings(const chat::Usage& usage, const chat::Timings& timings) {
  const int computed = std::max(0, usage.prompt_tokens - usage.reused_tokens);
  json::object object;
  object["cache_n"] = usage.reused_tokens;
  object["prompt_n"] = computed;
  object["idle_n"] = usage.ahead_tokens;
  object["prompt_ms"] = timings.prefill_ms;
  object["prompt_per_second"] = per_second(computed, timings.prefill_ms);
  object["predicted_n"] = usage.output_tokens;
  object["predicted_ms"] = timings.decode_ms;
  object["predicted_per_second"] = per_second(usage.output_tokens, timings.decode_ms);
  object["queue_ms"] = timings.queue_ms;
  object["ttft_ms"] = timings.ttft_ms;
  return object;
}

json::object openai_error(const Error& error) {
  const ErrorNames names = names_of(error);
  json::object detail;
  detail["message"] = error.message;
  detail["type"] = names.type;
  detail["param"] = nullptr;
  detail["code"] = names.code == nullptr ? json::value() : json::value(names.code);
  return {{"error", std::move(detail)}};
}

std::string_view finish_reason(chat::StopReason reason) {
  switch (reason) {
    case chat::StopReason::end_turn:
    case chat::StopReason::pause_turn:
    case chat::StopReason::stop_sequence: return "stop";
    case chat::StopReason::max_tokens:
    case chat::StopReason::context_full: return "length";
    case chat::StopReason::tool_use: return "tool_calls";
    case chat::StopReason::refusal: return "content_filter";
  }
  return "stop";
}

ChatCompletionStream::ChatCompletionStream(AnswerIdentity identity, UsageChunk usage,
                                           CustomTools custom)
    : identity_(std::move(identity)), usage_(usage), custom_(std::move(custom)) {
  complete_identity(identity_, "chatcmpl-");
}

json::object ChatCompletionStream::chunk(json::array choices) const {
  json::object object;
  object["id"] = identity_.id;
  object["object"] = "chat.completion.chunk";
  object["created"] = identity_.created;
  object["model"] = identity_.model;
  object["system_fingerprint"] = fingerprint;
  object["choices"] = std::move(choices);
  return object;
}

json::object ChatCompletionStream::choice(json::object delta, json::value finish) const {
  json::object choice;
  choice["index"] = index_;
  choice["delta"] = std::move(delta);
  choice["finish_reason"] = std::move(finish);
  return choice;
}

std::string ChatCompletionStream::delta_frame(json::object delta,
                                              const std::vector<chat::SampledToken>& tokens) {
  std::string out;
  if (!role_sent_) {
    role_sent_ = true;
    out = delta_frame({{"role", "assistant"}, {"content", nullptr}});
  }
  if (delta.empty()) return out;
  json::object sent = choice(std::move(delta), nullptr);
  if (!tokens.empty()) sent["logprobs"] = chat_logprobs(tokens);
  return out += sse_frame("", to_json(chunk({std::move(sent)})));
}

std::string ChatCompletionStream::begin_call(const chat::ToolCallStart& call) {
  json::object begun = call_object(call.index, call.id, call.name);
  if (custom_.contains(call.name)) {
    custom_calls_[call.index] = {};
    begun = {{"index", call.index},
             {"id", call.id},
             {"type", "custom"},
             {"custom", {{"name", call.name}, {"input", ""}}}};
  }
  add_own_fields(begun, call.own);
  return delta_frame(one_call(std::move(begun)));
}

std::string ChatCompletionStream::go_on_with_call(const chat::ToolCallDelta& delta) {
  const auto found = custom_calls_.find(delta.index);
  if (found == custom_calls_.end()) {
    return delta_frame(
        one_call({{"index", delta.index}, {"function", {{"arguments", delta.arguments}}}}));
  }
  CustomCall& call = found->second;
  call.arguments += delta.arguments;
  call.end.feed(delta.arguments);
  if (!call.end.reached()) return {};
  std::string out = custom_input_frame(delta.index, call.arguments);
  call = {};
  return out;
}

std::string ChatCompletionStream::custom_input_frame(int index, const std::string& arguments) {
  return delta_frame(
      one_call({{"index", index}, {"custom", {{"input", custom_input(arguments)}}}}));
}

std::string ChatCompletionStream::open_inputs() {
  std::string out;
  for (const auto& [index, call] : std::exchange(custom_calls_, {})) {
    if (!call.arguments.empty()) out += custom_input_frame(index, call.arguments);
  }
  return out;
}

std::string ChatCompletionStream::finish(const chat::Finished& end) {
  std::string out = delta_frame({}) + open_inputs();
  const json::object timings = openai_timings(end.usage, end.timings);
  json::object last = chunk({choice({}, json::value(finish_reason(end.reason)))});
  last["timings"] = timings;
  // Of several answers each has its own.
  if (index_ == 0) add_own_fields(last, end.own);
  out += sse_frame("", to_json(last));
  if (usage_ == UsageChunk::send) {
    json::object usage = chunk({});
    usage["usage"] = index_ == 0 ? told_usage(end) : openai_usage(end.usage);
    usage["timings"] = timings;
    out += sse_frame("", to_json(usage));
  }
  done_ = true;
  return out += sse_frame("", "[DONE]");
}

std::string ChatCompletionStream::encode(const chat::Event& event) {
  if (const auto* progress = std::get_if<chat::PrefillProgress>(&event)) {
    return prefill_comment(*progress);
  }
  if (const auto* text = std::get_if<chat::TextDelta>(&event)) {
    return delta_frame({{"content", text->text}}, text->tokens);
  }
  if (const auto* thinking = std::get_if<chat::ThinkingDelta>(&event)) {
    return delta_frame({{"reasoning_content", thinking->text}});
  }
  if (const auto* call = std::get_if<chat::ToolCallStart>(&event)) {
    return begin_call(*call);
  }
  if (const auto* delta = std::get_if<chat::ToolCallDelta>(&event)) {
    return go_on_with_call(*delta);
  }
  if (const auto* fields = std::get_if<chat::MessageFields>(&event)) {
    const json::object* told = fields->own.in(answer_format);
    return told == nullptr ? std::string() : delta_frame(*told);
  }
  if (const auto* end = std::get_if<chat::ChoiceFinished>(&event)) {
    std::string out = delta_frame({}) + open_inputs();
    out += sse_frame("", to_json(chunk({choice({}, json::value(finish_reason(end->end.reason)))})));
    ++index_;
    role_sent_ = false;
    return out;
  }
  if (const auto* end = std::get_if<chat::Finished>(&event)) return finish(*end);
  if (const auto* failed = std::get_if<chat::Failed>(&event)) {
    done_ = true;
    return sse_frame("", to_json(openai_error(failed->error)));
  }
  if (std::holds_alternative<chat::Started>(event)) return delta_frame({});
  return {};
}

std::string ChatCompletionStream::ping() {
  // A chunk that says nothing: there are clients that take no comment for a sign of life.
  if (!role_sent_) return delta_frame({});
  return sse_frame("", to_json(chunk({choice({}, nullptr)})));
}

ChatCompletionCollector::ChatCompletionCollector(AnswerIdentity identity, CustomTools custom)
    : identity_(std::move(identity)), custom_(std::move(custom)) {
  complete_identity(identity_, "chatcmpl-");
}

void ChatCompletionCollector::add(const chat::Event& event) {
  if (const auto* failed = std::get_if<chat::Failed>(&event)) {
    error_ = failed->error;
  } else if (const auto* finished = std::get_if<chat::Finished>(&event)) {
    end_choice(finished->reason);
    end_ = *finished;
  } else if (const auto* one = std::get_if<chat::ChoiceFinished>(&event)) {
    end_choice(one->end.reason);
  } else {
    if (const auto* text = std::get_if<chat::TextDelta>(&event)) {
      tokens_.insert(tokens_.end(), text->tokens.begin(), text->tokens.end());
    }
    if (const auto* fields = std::get_if<chat::MessageFields>(&event)) {
      if (const json::object* told = fields->own.in(answer_format)) add_fields(fields_, *told);
    }
    blocks_.add(event);
  }
}

json::object ChatCompletionCollector::call_of(const AnswerBlock& block) const {
  json::object call{{"id", block.id}};
  if (custom_.contains(block.name)) {
    call["type"] = "custom";
    call["custom"] = {{"name", block.name}, {"input", custom_input(block.text)}};
  } else {
    call["type"] = "function";
    call["function"] = {{"name", block.name}, {"arguments", block.text}};
  }
  add_own_fields(call, block.own);
  return call;
}

void ChatCompletionCollector::end_choice(chat::StopReason reason) {
  std::string text;
  std::string thinking;
  json::array calls;
  for (; AnswerBlock* block = blocks_.front(); blocks_.pop()) {
    switch (block->kind) {
      case AnswerBlock::Kind::text: text += block->text; break;
      case AnswerBlock::Kind::thinking: thinking += block->text; break;
      case AnswerBlock::Kind::redacted:
      case AnswerBlock::Kind::server_tool: break;
      case AnswerBlock::Kind::tool: calls.push_back(call_of(*block)); break;
    }
  }
  json::object message;
  message["role"] = "assistant";
  message["content"] = text.empty() && !calls.empty() ? json::value() : json::value(text);
  if (!thinking.empty()) message["reasoning_content"] = thinking;
  if (!calls.empty()) message["tool_calls"] = std::move(calls);
  for (auto& member : std::exchange(fields_, {})) {
    message.emplace(member.key(), std::move(member.value()));
  }
  json::object choice;
  choice["index"] = choices_.size();
  choice["message"] = std::move(message);
  if (!tokens_.empty()) choice["logprobs"] = chat_logprobs(std::exchange(tokens_, {}));
  choice["finish_reason"] = finish_reason(reason);
  choices_.push_back(std::move(choice));
  blocks_ = AnswerBlocks();
}

Result<json::value> ChatCompletionCollector::response() {
  if (error_) return std::unexpected(*error_);
  json::object object;
  object["id"] = identity_.id;
  object["object"] = "chat.completion";
  object["created"] = identity_.created;
  object["model"] = identity_.model;
  object["system_fingerprint"] = fingerprint;
  // Of several answers each has its own.
  const bool is_one = choices_.size() == 1;
  object["choices"] = std::move(choices_);
  object["usage"] = is_one ? told_usage(*end_) : openai_usage(end_->usage);
  object["timings"] = openai_timings(end_->usage, end_->timings);
  if (is_one) add_own_fields(object, end_->own);
  return object;
}

}  // namespace hearth::wire
