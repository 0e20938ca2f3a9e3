#include "hearth/wire/responses_object.h"

#include <fmt/format.h>

#include <utility>

#include "hearth/wire/openai_answer.h"
#include "hearth/wire/responses_thinking.h"

namespace hearth::wire {
namespace {

json::object base_of(const ResponsesShape& shape, std::string_view status, json::array output) {
  json::object response;
  response["id"] = shape.identity.id;
  response["object"] = "response";
  response["created_at"] = shape.identity.created;
  response["status"] = status;
  response["background"] = false;
  response["error"] = nullptr;
  response["incomplete_details"] = nullptr;
  response["model"] = shape.identity.model;
  response["output"] = std::move(output);
  response["usage"] = nullptr;
  for (const auto& member : shape.echo) response[member.key()] = member.value();
  return response;
}

json::object message_item(const std::string& text, const std::string& id, std::string_view status) {
  json::object item;
  item["id"] = id;
  item["type"] = "message";
  item["status"] = status;
  item["role"] = "assistant";
  item["content"] = json::array{};
  if (status != "in_progress") {
    item["content"] = json::array{text_part(AnswerBlock::Kind::text, text)};
  }
  return item;
}

json::object reasoning_item(const AnswerBlock& block, const std::string& text,
                            const std::string& id, std::string_view status, bool sealed) {
  json::object item;
  item["id"] = id;
  item["type"] = "reasoning";
  item["summary"] = json::array{};
  if (block.kind == AnswerBlock::Kind::redacted) {
    item["encrypted_content"] = seal_thinking(chat::RedactedThinkingBlock{text});
    return item;
  }
  const bool whole = status != "in_progress";
  item["content"] = json::array{};
  if (whole) item["content"] = json::array{text_part(AnswerBlock::Kind::thinking, text)};
  // Asked for, or else a signature would be lost.
  if (whole && (sealed || !block.signature.empty())) {
    item["encrypted_content"] = seal_thinking(chat::ThinkingBlock{text, block.signature, {}});
  }
  return item;
}

json::object call_item(const AnswerBlock& block, const std::string& text, const std::string& id,
                       std::string_view status, const ResponsesShape& shape) {
  const ResponsesTool tool = shape.tools.find(block.name);
  const bool custom = tool.kind == ResponsesTool::Kind::custom;
  json::object item;
  item["id"] = id;
  item["type"] = custom ? "custom_tool_call" : "function_call";
  item["status"] = status;
  item["call_id"] = block.id;
  item["name"] = tool.name;
  if (!tool.space.empty()) item["namespace"] = tool.space;
  if (custom) {
    item["input"] = status == "in_progress" ? "" : custom_input(text);
  } else {
    item["arguments"] = text;
  }
  return item;
}

}  // namespace

json::object responses_usage(const chat::Usage& usage) {
  json::object object;
  object["input_tokens"] = usage.prompt_tokens;
  object["input_tokens_details"] = json::object{{"cached_tokens", usage.reused_tokens}};
  object["output_tokens"] = usage.output_tokens;
  object["output_tokens_details"] = json::object{{"reasoning_tokens", usage.thinking_tokens}};
  object["total_tokens"] = usage.prompt_tokens + usage.output_tokens;
  return object;
}

bool is_custom(const AnswerBlock& block, const ResponsesShape& shape) {
  return block.kind == AnswerBlock::Kind::tool &&
         shape.tools.find(block.name).kind == ResponsesTool::Kind::custom;
}

std::string item_id(const AnswerBlock& block, std::size_t index, const ResponsesShape& shape) {
  std::string_view prefix = "msg_";
  switch (block.kind) {
    case AnswerBlock::Kind::server_tool:
    case AnswerBlock::Kind::text: break;
    case AnswerBlock::Kind::thinking:
    case AnswerBlock::Kind::redacted: prefix = "rs_"; break;
    case AnswerBlock::Kind::tool: prefix = is_custom(block, shape) ? "ctc_" : "fc_"; break;
  }
  const std::string& response = shape.identity.id;
  const std::string_view own = response_prefix;
  return fmt::format("{}{}_{}", prefix,
                     response.starts_with(own) ? response.substr(own.size()) : response, index);
}

json::object text_part(AnswerBlock::Kind kind, std::string_view text) {
  if (kind == AnswerBlock::Kind::thinking) return {{"type", "reasoning_text"}, {"text", text}};
  json::object part;
  part["type"] = "output_text";
  part["text"] = text;
  part["annotations"] = json::array{};
  part["logprobs"] = json::array{};
  return part;
}

json::object output_item(const AnswerBlock& block, const std::string& text, const std::string& id,
                         std::string_view status, const ResponsesShape& shape) {
  switch (block.kind) {
    case AnswerBlock::Kind::text: return message_item(text, id, status);
    case AnswerBlock::Kind::thinking:
    case AnswerBlock::Kind::redacted: return reasoning_item(block, text, id, status, shape.sealed);
    case AnswerBlock::Kind::server_tool:
    case AnswerBlock::Kind::tool: break;
  }
  return call_item(block, text, id, status, shape);
}

std::string_view response_status(const chat::Finished& end) {
  switch (end.reason) {
    case chat::StopReason::max_tokens:
    case chat::StopReason::context_full:
    case chat::StopReason::refusal: return "incomplete";
    case chat::StopReason::end_turn:
    case chat::StopReason::pause_turn:
    case chat::StopReason::stop_sequence:
    case chat::StopReason::tool_use: break;
  }
  return "completed";
}

json::object response_begun(const ResponsesShape& shape) {
  return base_of(shape, "in_progress", {});
}

json::object response_ended(const ResponsesShape& shape, const chat::Finished& end,
                            json::array output) {
  const std::string_view status = response_status(end);
  json::object response = base_of(shape, status, std::move(output));
  if (status == "incomplete") {
    const bool filtered = end.reason == chat::StopReason::refusal;
    response["incomplete_details"] =
        json::object{{"reason", filtered ? "content_filter" : "max_output_tokens"}};
  }
  response["usage"] = responses_usage(end.usage);
  response["timings"] = openai_timings(end.usage, end.timings);
  return response;
}

json::object response_failed(const ResponsesShape& shape, const Error& error, json::array output) {
  json::object response = base_of(shape, "failed", std::move(output));
  const json::object whole = openai_error(error);
  const json::object* const detail = find_object(whole, "error");
  const auto code = find_string(*detail, "code");
  response["error"] = json::object{{"code", code ? *code : find_string(*detail, "type").value()},
                                   {"message", error.message}};
  return response;
}

}  // namespace hearth::wire
