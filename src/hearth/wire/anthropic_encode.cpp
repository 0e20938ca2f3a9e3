#include "hearth/wire/anthropic_encode.h"

#include <climits>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "hearth/wire/anthropic_answer.h"
#include "hearth/wire/anthropic_blocks.h"
#include "hearth/wire/provider_fields.h"
#include "hearth/wire/sent_tools.h"

namespace hearth::wire {
namespace {

/// The API refuses a text with nothing to read in it.
bool is_blank_text(const json::value& block) {
  const json::object& object = block.get_object();
  const auto text = find_string(object, "text");
  return find_string(object, "type") == "text" && text &&
         text->find_first_not_of(" \t\r\n") == std::string_view::npos;
}

constexpr double hottest = 1;
constexpr int least_budget = 1024;
constexpr int default_budget = 4096;

struct OutputLimits {
  int max_tokens = 0;
  std::optional<int> budget;  ///< of thinking
  std::string note;           ///< what was changed, or empty
};

/// The API counts thinking as output: a budget must leave room for the answer. `budget` is nothing
/// where there is no room to think.
OutputLimits output_limits(const chat::Request& request) {
  OutputLimits limits{
      request.max_tokens.value_or(default_max_tokens), request.thinking.budget_tokens, {}};
  if (request.thinking.mode != chat::Thinking::Mode::enabled) return limits;
  if (!limits.budget) {
    limits.budget = default_budget;
    limits.note = fmt::format("thinking without a budget: {} tokens", default_budget);
  }
  // There a budget is for all thoughts of a turn, between calls of tools, too.
  if (request.api_features.contains("interleaved-thinking")) return limits;
  if (*limits.budget < limits.max_tokens) return limits;
  if (!request.max_tokens) {
    limits.budget = std::min(*limits.budget, INT_MAX - default_max_tokens);
    limits.max_tokens = *limits.budget + default_max_tokens;
  } else if (*request.max_tokens > least_budget) {
    limits.budget = std::max(least_budget, *request.max_tokens / 2);
    limits.note =
        fmt::format("budget_tokens lowered from {} to {}, below max_tokens",
                    request.thinking.budget_tokens.value_or(default_budget), *limits.budget);
  } else {
    limits.budget.reset();
    limits.note =
        fmt::format("thinking: max_tokens of {} leaves no room for it", limits.max_tokens);
  }
  return limits;
}

class Encoder {
 public:
  Encoder(const chat::Request& request, MessagesServer server)
      : request_(request),
        server_(server),
        limits_(output_limits(request)),
        own_format_(request.extra_format.empty() || request.extra_format == "anthropic") {}

  json::object run() {
    body_["model"] = request_.model;
    body_["max_tokens"] = server_ == MessagesServer::anthropic
                              ? limits_.max_tokens
                              : request_.max_tokens.value_or(default_max_tokens);
    messages();
    tools();
    options();
    sampling();
    if (request_.stream) body_["stream"] = true;
    extra();
    return std::move(body_);
  }

 private:
  [[nodiscard]] BlockExtra block_extra() const {
    return own_format_ ? BlockExtra::keep : BlockExtra::drop;
  }

  [[nodiscard]] bool left_out(const chat::Block& block) const {
    const auto* thinking = std::get_if<chat::ThinkingBlock>(&block);
    return thinking != nullptr && server_ == MessagesServer::anthropic &&
           is_foreign_signature(thinking->signature);
  }

  json::array content(const chat::Message& message) const {
    json::array blocks;
    for (const chat::Block& block : message.content) {
      if (left_out(block)) continue;
      json::value encoded = encode_block(block, block_extra());
      if (server_ == MessagesServer::anthropic) {
        if (is_blank_text(encoded)) continue;
        if (std::holds_alternative<chat::ToolResultBlock>(block)) drop_blank_texts(encoded);
      }
      blocks.push_back(std::move(encoded));
    }
    return blocks;
  }

  static void drop_blank_texts(json::value& tool_result) {
    json::array kept;
    for (json::value& part : tool_result.at("content").get_array()) {
      if (!is_blank_text(part)) kept.push_back(std::move(part));
    }
    tool_result.get_object()["content"] = std::move(kept);
  }

  void messages() {
    auto next = request_.messages.begin();
    json::array system;
    for (; next != request_.messages.end() && next->role == chat::Role::system; ++next) {
      for (json::value& block : content(*next)) system.push_back(std::move(block));
    }
    if (!system.empty()) body_["system"] = std::move(system);
    json::array messages;
    for (; next != request_.messages.end(); ++next) {
      json::object message = encode(*next);
      if (!message.at("content").get_array().empty()) messages.push_back(std::move(message));
    }
    body_["messages"] = std::move(messages);
  }

  json::object encode(const chat::Message& message) const {
    const bool foreign_system = message.role == chat::Role::system &&
                                server_ == MessagesServer::anthropic &&
                                request_.extra_format != "anthropic";
    json::object object;
    object["role"] = message.role == chat::Role::assistant                   ? "assistant"
                     : message.role == chat::Role::system && !foreign_system ? "system"
                                                                             : "user";
    if (foreign_system) {
      json::object text;
      text["type"] = "text";
      text["text"] = "<system>\n" + chat::text_of(message) + "\n</system>";
      object["content"] = json::array{std::move(text)};
    } else {
      object["content"] = content(message);
    }
    return object;
  }

  void tools() {
    if (request_.tools.empty()) return;
    json::array tools;
    for (const chat::Tool& tool : request_.tools) {
      json::object object;
      if (!tool.type.empty()) object["type"] = tool.type;
      object["name"] = tool.name;
      if (!tool.description.empty()) object["description"] = tool.description;
      const bool is_function = tool.type.empty() || tool.type == "custom";
      if (is_function || !tool.input_schema.empty()) object["input_schema"] = schema_of(tool);
      if (tool.defer_loading) object["defer_loading"] = true;
      if (own_format_) {
        for (const auto& member : tool.extra) object.emplace(member.key(), member.value());
      }
      tools.push_back(std::move(object));
    }
    body_["tools"] = std::move(tools);
    tool_choice();
  }

  /// The API demands `type: object`; OpenAI clients may leave the whole schema out.
  static json::object schema_of(const chat::Tool& tool) {
    json::object schema = tool.input_schema;
    if (!schema.contains("type")) schema["type"] = "object";
    return schema;
  }

  void tool_choice() {
    using Mode = chat::ToolChoice::Mode;
    const chat::ToolChoice choice = server_ == MessagesServer::anthropic
                                        ? narrowed(request_.tool_choice)
                                        : request_.tool_choice;
    if (choice.mode == Mode::automatic && !choice.disable_parallel && choice.allowed.empty()) {
      return;
    }
    json::object object;
    switch (choice.mode) {
      case Mode::automatic: object["type"] = "auto"; break;
      case Mode::any: object["type"] = "any"; break;
      case Mode::none: object["type"] = "none"; break;
      case Mode::tool:
        object["type"] = "tool";
        object["name"] = choice.name;
        break;
    }
    if (!choice.allowed.empty() && server_ == MessagesServer::hearth) {
      object["allowed_tools"] = json::value_from(choice.allowed);
    }
    if (choice.disable_parallel && choice.mode != Mode::none) {
      object["disable_parallel_tool_use"] = true;
    }
    body_["tool_choice"] = std::move(object);
  }

  void options() {
    using Mode = chat::Thinking::Mode;
    chat::Thinking thinking = request_.thinking;
    if (server_ == MessagesServer::anthropic && thinking.mode == Mode::enabled) {
      thinking.budget_tokens = limits_.budget;
      if (!limits_.budget) thinking.mode = Mode::disabled;
    }
    if (thinking.mode != Mode::unset) {
      json::object object;
      object["type"] = thinking.mode == Mode::enabled    ? "enabled"
                       : thinking.mode == Mode::adaptive ? "adaptive"
                                                         : "disabled";
      if (thinking.budget_tokens) object["budget_tokens"] = *thinking.budget_tokens;
      body_["thinking"] = std::move(object);
    }
    json::object output;
    if (!thinking.effort.empty()) output["effort"] = thinking.effort;
    if (request_.json_schema) {
      json::object format;
      format["type"] = "json_schema";
      format["schema"] = *request_.json_schema;
      output["format"] = std::move(format);
    }
    if (!output.empty()) body_["output_config"] = std::move(output);
    if (!request_.stop.empty()) body_["stop_sequences"] = json::value_from(request_.stop);
    if (!request_.session.empty() && !request_.extra.contains("metadata")) {
      json::object user;
      user["session_id"] = request_.session;
      json::object metadata;
      metadata["user_id"] = to_json(user);
      body_["metadata"] = std::move(metadata);
    }
  }

  void sampling() {
    const chat::Sampling& sampling = request_.sampling;
    if (sampling.temperature) {
      body_["temperature"] = server_ == MessagesServer::anthropic
                                 ? std::min(*sampling.temperature, hottest)
                                 : *sampling.temperature;
    }
    if (sampling.top_p) body_["top_p"] = *sampling.top_p;
    if (sampling.top_k) body_["top_k"] = *sampling.top_k;
    if (server_ == MessagesServer::anthropic) return;
    if (sampling.min_p) body_["min_p"] = *sampling.min_p;
    if (sampling.seed) body_["seed"] = *sampling.seed;
    if (sampling.frequency_penalty) body_["frequency_penalty"] = *sampling.frequency_penalty;
    if (sampling.presence_penalty) body_["presence_penalty"] = *sampling.presence_penalty;
    if (sampling.repeat_penalty) body_["repeat_penalty"] = *sampling.repeat_penalty;
    if (sampling.repeat_last_n) body_["repeat_last_n"] = *sampling.repeat_last_n;
  }

  /// What the decoder left of a nested field goes back into it.
  void extra() {
    for (const auto& member : request_.extra) {
      if (!own_format_) break;
      json::value* known = body_.if_contains(member.key());
      if (known == nullptr) {
        body_.emplace(member.key(), member.value());
      } else if (known->is_object() && member.value().is_object()) {
        for (const auto& nested : member.value().get_object()) {
          known->get_object().emplace(nested.key(), nested.value());
        }
      }
    }
    add_provider_fields(body_, request_);
  }

  const chat::Request& request_;
  MessagesServer server_;
  OutputLimits limits_;
  bool own_format_;
  json::object body_;
};

}  // namespace

std::vector<std::string> left_out_of_messages(const chat::Request& request) {
  const chat::Sampling& sampling = request.sampling;
  const std::pair<bool, std::string_view> fields[] = {
      {sampling.min_p.has_value(), "min_p"},
      {sampling.seed.has_value(), "seed"},
      {sampling.frequency_penalty.has_value(), "frequency_penalty"},
      {sampling.presence_penalty.has_value(), "presence_penalty"},
      {sampling.repeat_penalty.has_value(), "repeat_penalty"},
      {!request.logit_bias.empty(), "logit_bias"},
      {request.top_logprobs.has_value(), "logprobs"},
      {!request.grammar.empty(), "grammar"}};
  std::vector<std::string> sentences;
  for (const auto& [asked, name] : fields) {
    if (asked) sentences.push_back(fmt::format("{}: Anthropic's API has no such field", name));
  }
  if (sampling.temperature && *sampling.temperature > hottest) {
    sentences.push_back(
        fmt::format("temperature lowered from {} to {}, the most that Anthropic's "
                    "API takes",
                    *sampling.temperature, hottest));
  }
  for (std::string note : {output_limits(request).note, allowed_note(request),
                           foreign_fields_note(request, "anthropic")}) {
    if (!note.empty()) sentences.push_back(std::move(note));
  }
  return sentences;
}

json::object encode_messages_request(const chat::Request& request, MessagesServer server) {
  return Encoder(request, server).run();
}

json::object encode_count_tokens_request(const chat::Request& request) {
  chat::Request counted = request;
  counted.sampling = {};
  counted.stop.clear();
  counted.stream = false;
  counted.provider_extra.clear();
  json::object body = encode_messages_request(counted, MessagesServer::anthropic);
  for (const std::string_view only_of_answers : {"max_tokens", "metadata"}) {
    body.erase(only_of_answers);
  }
  return body;
}

}  // namespace hearth::wire
