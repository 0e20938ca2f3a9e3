#include "hearth/wire/openai_encode.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <utility>

#include "hearth/chat/server_tools.h"
#include "hearth/wire/custom_tools.h"
#include "hearth/wire/openai_content.h"
#include "hearth/wire/openai_logprobs.h"
#include "hearth/wire/provider_fields.h"
#include "hearth/wire/sent_tools.h"

namespace hearth::wire {
namespace {

/// Efforts of other APIs ("max", …) are the highest that all servers with efforts know.
std::string effort_to_send(const chat::Request& request) {
  constexpr std::array<std::string_view, 6> known{"none",   "minimal", "low",
                                                  "medium", "high",    "xhigh"};
  const std::string& effort = request.thinking.effort;
  if (effort.empty() || request.extra_format == "openai") return effort;
  return std::ranges::find(known, effort) == known.end() ? "high" : effort;
}

/// The route's way to ask for thinking, or empty.
std::string_view thinking_form(const chat::Request& request) {
  return find_string(request.provider_extra, written::thinking).value_or("");
}

/// How clients of Qwen3 and others switch it, which goes through between two sides of this format.
bool has_own_switch(const chat::Request& request) {
  return request.extra_format == "openai" && request.extra.contains("chat_template_kwargs");
}

/// OpenRouter passes `cache_control` on to Anthropic's models.
bool takes_cache_marks(const chat::Request& request) {
  std::string model = request.model;
  std::ranges::transform(model, model.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return request.extra_format == "anthropic" && thinking_form(request) == "reasoning" &&
         model.contains("claude");
}

/// Another word for thinking that is switched off, which only a client of this format may mean.
bool sends_none(const chat::Request& request) {
  return request.extra_format == "openai" && request.thinking.effort.empty() &&
         request.thinking.mode == chat::Thinking::Mode::disabled && !has_own_switch(request);
}

json::object user_message(json::value content) {
  return {{"role", "user"}, {"content", std::move(content)}};
}

template <class Block>
bool holds(const chat::Request& request) {
  return std::ranges::any_of(request.messages, [](const chat::Message& message) {
    return std::ranges::any_of(message.content, [](const chat::Block& block) {
      return std::holds_alternative<Block>(block);
    });
  });
}

class Encoder {
 public:
  explicit Encoder(const chat::Request& request)
      : request_(request),
        custom_tools_(custom_tools_of(request)),
        send_thinking_(is_switched_on(request, written::thoughts)) {}

  json::object run() {
    body_["model"] = request_.model;
    messages();
    tools();
    options();
    extra();
    return std::move(body_);
  }

 private:
  using Position = std::vector<chat::Message>::const_iterator;

  void messages() {
    for (auto next = request_.messages.begin(); next != request_.messages.end();) {
      if (next->role == chat::Role::assistant) {
        assistant(*next++);
        continue;
      }
      auto end = next;
      while (end != request_.messages.end() && end->role != chat::Role::assistant) ++end;
      between_assistants(next, end);
      next = end;
    }
    body_["messages"] = std::move(messages_);
  }

  /// The results must stand right after the calls, whatever the client put between them.
  void between_assistants(Position begin, Position end) {
    json::array images;
    for (auto message = begin; message != end; ++message) {
      for (const chat::Block& block : message->content) {
        const auto* result = std::get_if<chat::ToolResultBlock>(&block);
        if (result == nullptr) continue;
        messages_.push_back(tool_message(*result, part_extra()));
        for (const chat::ResultPart& part : result->content) {
          if (const auto* image = std::get_if<chat::ImageBlock>(&part)) {
            images.push_back(
                text_part(fmt::format("Image of the tool result {}:", result->tool_use_id)));
            images.push_back(image_part(*image, PartExtra::drop));
          }
        }
      }
    }
    if (!images.empty()) messages_.push_back(user_message(std::move(images)));
    for (auto message = begin; message != end; ++message) {
      json::value content = content_of(*message, part_extra());
      const bool empty = content.is_string() && content.get_string().empty();
      if (empty && !message->content.empty() && holds_results(*message)) continue;
      json::object object;
      object["role"] = message->role == chat::Role::system ? "system" : "user";
      object["content"] = std::move(content);
      if (own_format()) add_extra(object, message->extra, part_extra());
      messages_.push_back(std::move(object));
    }
  }

  static bool holds_results(const chat::Message& message) {
    for (const chat::Block& block : message.content) {
      if (std::holds_alternative<chat::ToolResultBlock>(block)) return true;
    }
    return false;
  }

  void assistant(const chat::Message& message) {
    json::object object;
    object["role"] = "assistant";
    std::string thinking;
    json::array calls;
    for (const chat::Block& block : message.content) {
      if (const auto* thought = std::get_if<chat::ThinkingBlock>(&block)) {
        thinking += thought->text;
      } else if (const auto* use = std::get_if<chat::ToolUseBlock>(&block)) {
        calls.push_back(call_of(*use));
      }
    }
    json::value content = content_of(message, part_extra());
    const bool empty = content.is_string() && content.get_string().empty();
    object["content"] = empty && !calls.empty() ? json::value() : std::move(content);
    if (send_thinking_ && !thinking.empty()) object["reasoning_content"] = thinking;
    if (!calls.empty()) object["tool_calls"] = std::move(calls);
    if (own_format()) add_extra(object, message.extra, part_extra());
    messages_.push_back(std::move(object));
  }

  [[nodiscard]] json::object call_of(const chat::ToolUseBlock& use) const {
    json::object call{{"id", use.id}};
    if (custom_tools_.contains(use.name)) {
      call["type"] = "custom";
      call["custom"] = {{"name", use.name}, {"input", custom_input(use.arguments)}};
    } else {
      call["type"] = "function";
      call["function"] = {{"name", use.name}, {"arguments", use.arguments}};
    }
    if (own_format()) add_extra(call, use.extra, part_extra());
    return call;
  }

  void tools() {
    json::array tools;
    for (const chat::Tool* tool : tools_to_send(request_)) {
      if (custom_tools_.contains(tool->name)) {
        tools.push_back(json::object{{"type", "custom"}, {"custom", tool->extra}});
        continue;
      }
      json::object function;
      function["name"] = tool->name;
      if (!tool->description.empty()) function["description"] = tool->description;
      json::object parameters = tool->input_schema;
      if (is_switched_off(request_, written::schema)) parameters.erase("$schema");
      function["parameters"] = std::move(parameters);
      if (own_format()) add_extra(function, tool->extra, part_extra());
      json::object object{{"type", "function"}};
      // It is the tool's, not the function's.
      if (const json::value* mark = find(function, "cache_control")) {
        object["cache_control"] = *mark;
        function.erase("cache_control");
      }
      object["function"] = std::move(function);
      tools.push_back(std::move(object));
    }
    // Other types, as the client wrote them.
    for (const chat::Tool& tool : request_.tools) {
      if (!chat::is_server_tool(tool) || request_.extra_format != "openai") continue;
      json::object object{{"type", tool.type}};
      if (tool.name != tool.type) object["name"] = tool.name;
      for (const auto& member : tool.extra) object.emplace(member.key(), member.value());
      tools.push_back(std::move(object));
    }
    if (tools.empty()) return;
    body_["tools"] = std::move(tools);
    // The client's own may be of a kind that the middle does not know.
    if (!own_format() || !request_.extra.contains("tool_choice")) tool_choice();
    if (request_.tool_choice.disable_parallel) body_["parallel_tool_calls"] = false;
  }

  void tool_choice() {
    using Mode = chat::ToolChoice::Mode;
    const chat::ToolChoice choice =
        request_.extra_format == "openai" ? request_.tool_choice : choice_to_send(request_);
    if (choice.mode == Mode::any) body_["tool_choice"] = "required";
    if (choice.mode == Mode::none) body_["tool_choice"] = "none";
    if (choice.mode == Mode::tool) {
      const char* type = custom_tools_.contains(choice.name) ? "custom" : "function";
      body_["tool_choice"] = json::object{{"type", type}, {type, {{"name", choice.name}}}};
    }
  }

  void options() {
    if (request_.max_tokens) {
      body_[has_new_limit() ? written::limit : "max_tokens"] = *request_.max_tokens;
    }
    const chat::Sampling& sampling = request_.sampling;
    if (sampling.temperature) body_["temperature"] = *sampling.temperature;
    if (sampling.top_p) body_["top_p"] = *sampling.top_p;
    if (sampling.top_k) body_["top_k"] = *sampling.top_k;
    if (sampling.min_p) body_["min_p"] = *sampling.min_p;
    if (sampling.frequency_penalty) body_["frequency_penalty"] = *sampling.frequency_penalty;
    if (sampling.presence_penalty) body_["presence_penalty"] = *sampling.presence_penalty;
    if (sampling.repeat_penalty) body_["repeat_penalty"] = *sampling.repeat_penalty;
    if (sampling.repeat_last_n) body_["repeat_last_n"] = *sampling.repeat_last_n;
    if (sampling.seed) body_["seed"] = *sampling.seed;
    if (!request_.logit_bias.empty()) {
      body_["logit_bias"] = encode_logit_bias(request_.logit_bias);
    }
    if (request_.top_logprobs) {
      body_["logprobs"] = true;
      if (*request_.top_logprobs > 0) body_["top_logprobs"] = *request_.top_logprobs;
    }
    if (!request_.grammar.empty()) body_["grammar"] = request_.grammar;
    if (!request_.stop.empty()) body_["stop"] = json::value_from(request_.stop);
    thinking();
    if (request_.json_schema) body_["response_format"] = response_format();
    if (request_.stream) {
      body_["stream"] = true;
      json::object options{{"include_usage", true}};
      const json::object* rest = find_object(request_.extra, "stream_options");
      if (own_format() && rest != nullptr) add_extra(options, *rest, PartExtra::keep);
      body_["stream_options"] = std::move(options);
    }
  }

  void thinking() {
    using Mode = chat::Thinking::Mode;
    const std::string effort = effort_to_send(request_);
    const chat::Thinking& asked = request_.thinking;
    const std::string_view form =
        asked.mode == Mode::unset && effort.empty() ? std::string_view() : thinking_form(request_);
    if (form == "reasoning") {
      if (!own_format() || !request_.extra.contains("reasoning")) {
        body_["reasoning"] = reasoning(effort);
      }
      return;
    }
    if (form == "thinking") {
      json::object object{{"type", asked.mode == Mode::disabled ? "disabled" : "enabled"}};
      if (asked.on() && asked.budget_tokens) object["budget_tokens"] = *asked.budget_tokens;
      body_["thinking"] = std::move(object);
      body_["enable_thinking"] = asked.mode != Mode::disabled;
    }
    if (!effort.empty()) body_["reasoning_effort"] = effort;
    if (form.empty() && sends_none(request_)) body_["reasoning_effort"] = "none";
  }

  /// A budget or an effort, not both.
  [[nodiscard]] json::object reasoning(const std::string& effort) const {
    const chat::Thinking& asked = request_.thinking;
    if (asked.mode == chat::Thinking::Mode::disabled) return {{"enabled", false}};
    if (asked.budget_tokens) return {{"max_tokens", *asked.budget_tokens}};
    if (!effort.empty()) return {{"effort", effort}};
    return {{"enabled", true}};
  }

  [[nodiscard]] json::object response_format() const {
    const json::object any_object{{"type", "object"}};
    if (*request_.json_schema == any_object && !request_.extra.contains("response_format")) {
      return {{"type", "json_object"}};
    }
    json::object format;
    if (const json::object* rest = find_object(request_.extra, "response_format")) format = *rest;
    if (!format.contains("name")) format["name"] = "answer";
    format["schema"] = *request_.json_schema;
    return {{"type", "json_schema"}, {"json_schema", std::move(format)}};
  }

  [[nodiscard]] PartExtra part_extra() const {
    if (own_format()) {
      return is_switched_off(request_, written::cache_marks) ? PartExtra::keep_but_cache_marks
                                                             : PartExtra::keep;
    }
    return takes_cache_marks(request_) ? PartExtra::cache_marks : PartExtra::drop;
  }

  /// The limit's name is the route's choice, then the client's: OpenAI's reasoning models refuse
  /// the old one, and many other servers do not know the new one.
  [[nodiscard]] bool has_new_limit() const {
    if (is_switched_on(request_, written::limit)) return true;
    return own_format() && request_.extra.contains(written::limit);
  }

  [[nodiscard]] bool own_format() const {
    return request_.extra_format.empty() || request_.extra_format == "openai";
  }

  void extra() {
    if (own_format()) {
      for (const auto& member : request_.extra) {
        // These are in the body already, where they have a place in it.
        if (member.key() == written::limit || member.key() == "stream_options") continue;
        body_.emplace(member.key(), member.value());
      }
    }
    add_provider_fields(body_, request_);
    // A default of the route's, beside the client's limit of the other name.
    if (request_.max_tokens && has_new_limit()) body_.erase("max_tokens");
  }

  const chat::Request& request_;
  CustomTools custom_tools_;
  bool send_thinking_;
  json::array messages_;
  json::object body_;
};

}  // namespace

json::object encode_chat_request(const chat::Request& request) {
  return Encoder(request).run();
}

std::vector<std::string> left_out_of_chat(const chat::Request& request) {
  std::vector<std::string> sentences;
  const std::string effort = effort_to_send(request);
  if (effort != request.thinking.effort) {
    sentences.push_back(
        fmt::format("the effort \"{}\" is sent as \"{}\"", request.thinking.effort, effort));
  }
  if (thinking_form(request).empty() && !has_own_switch(request) && !sends_none(request)) {
    if (request.thinking.mode != chat::Thinking::Mode::unset && effort.empty()) {
      sentences.emplace_back(
          "thinking: chat completions have no field for it, so the model's own default counts; the "
          "transformers \"reasoning\" and \"openrouter\" ask for it in these servers' ways");
    } else if (request.thinking.budget_tokens) {
      sentences.emplace_back("budget_tokens: chat completions have no such field");
    }
  }
  if (holds<chat::ThinkingBlock>(request) && !is_switched_on(request, written::thoughts)) {
    sentences.emplace_back("left out earlier thoughts; the transformer \"reasoning\" sends them");
  }
  if (holds<chat::RedactedThinkingBlock>(request)) {
    sentences.emplace_back("left out redacted thinking: only the API that made it reads it");
  }
  std::vector<std::string> notes{foreign_fields_note(request, "openai")};
  if (request.extra_format != "openai") {
    notes.insert(notes.begin(), {choice_note(request), allowed_note(request)});
  }
  for (std::string& note : notes) {
    if (!note.empty()) sentences.push_back(std::move(note));
  }
  return sentences;
}

}  // namespace hearth::wire
