#include "hearth/wire/anthropic_encode.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "hearth/wire/anthropic_answer.h"
#include "hearth/wire/anthropic_blocks.h"

namespace hearth::wire {
namespace {

class Encoder {
 public:
  Encoder(const chat::Request& request, MessagesServer server)
      : request_(request),
        server_(server),
        own_format_(request.extra_format.empty() || request.extra_format == "anthropic") {}

  json::object run() {
    body_["model"] = request_.model;
    body_["max_tokens"] = request_.max_tokens.value_or(default_max_tokens);
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
      if (!left_out(block)) blocks.push_back(encode_block(block, block_extra()));
    }
    return blocks;
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
    const chat::ToolChoice& choice = request_.tool_choice;
    if (choice.mode == Mode::automatic && !choice.disable_parallel) return;
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
    if (choice.disable_parallel && choice.mode != Mode::none) {
      object["disable_parallel_tool_use"] = true;
    }
    body_["tool_choice"] = std::move(object);
  }

  void options() {
    using Mode = chat::Thinking::Mode;
    const chat::Thinking& thinking = request_.thinking;
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
    if (sampling.temperature) body_["temperature"] = *sampling.temperature;
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
    for (const auto& member : request_.provider_extra) body_[member.key()] = member.value();
  }

  const chat::Request& request_;
  MessagesServer server_;
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
  return sentences;
}

json::object encode_messages_request(const chat::Request& request, MessagesServer server) {
  return Encoder(request, server).run();
}

}  // namespace hearth::wire
