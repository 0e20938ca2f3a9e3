#include "hearth/wire/gemini_encode.h"

#include <fmt/format.h>

#include <map>
#include <string_view>
#include <utility>

#include "hearth/wire/anthropic_blocks.h"
#include "hearth/wire/gemini_schema.h"
#include "hearth/wire/gemini_signature.h"
#include "hearth/wire/gemini_thinking.h"
#include "hearth/wire/provider_fields.h"
#include "hearth/wire/sent_tools.h"

namespace hearth::wire {
namespace {

constexpr std::size_t most_stops = 5;
constexpr std::string_view unsigned_call = "skip_thought_signature_validator";

json::object text_of_part(std::string_view text) {
  return {{"text", text}};
}

json::object inline_data(std::string_view media_type, std::string_view data) {
  return {{"inlineData", {{"mimeType", media_type}, {"data", data}}}};
}

json::object image_of_part(const chat::ImageBlock& image) {
  if (image.url.empty()) return inline_data(image.media_type, image.data);
  return {{"fileData", {{"fileUri", image.url}}}};
}

json::object document_part(const chat::DocumentBlock& document) {
  if (!document.pdf.empty()) return inline_data("application/pdf", document.pdf);
  return text_of_part(chat::text_of(document));
}

/// Beside tools only newer models take a form for the answer.
bool takes_schema(const chat::Request& request) {
  return request.tools.empty() || gemini_thinking(request.model) == GeminiThinking::level;
}

class GeminiEncoder {
 public:
  explicit GeminiEncoder(const chat::Request& request) : request_(request) {}

  json::object run() {
    auto next = request_.messages.begin();
    json::array system;
    for (; next != request_.messages.end() && next->role == chat::Role::system; ++next) {
      for (json::value& part : plain_parts(*next)) system.push_back(std::move(part));
    }
    if (!system.empty()) body_["systemInstruction"] = json::object{{"parts", std::move(system)}};
    while (next != request_.messages.end()) {
      if (next->role == chat::Role::assistant) {
        add_turn("model", model_parts(*next++));
        continue;
      }
      auto end = next;
      while (end != request_.messages.end() && end->role != chat::Role::assistant) ++end;
      add_turn("user", between_answers(next, end));
      next = end;
    }
    body_["contents"] = std::move(contents_);
    tools();
    generation_config();
    provider_extra();
    return std::move(body_);
  }

 private:
  using Position = std::vector<chat::Message>::const_iterator;

  /// Turns alternate.
  void add_turn(std::string_view role, json::array parts) {
    if (parts.empty()) return;
    if (!contents_.empty() && contents_.back().at("role").get_string() == role) {
      json::array& before = contents_.back().at("parts").get_array();
      for (json::value& part : parts) before.push_back(std::move(part));
      return;
    }
    contents_.push_back(json::object{{"role", role}, {"parts", std::move(parts)}});
  }

  /// All but thoughts, calls and results.
  static json::array plain_parts(const chat::Message& message) {
    json::array parts;
    for (const chat::Block& block : message.content) {
      if (const auto* text = std::get_if<chat::TextBlock>(&block)) {
        // Some versions of the API refuse an empty part.
        if (!text->text.empty()) parts.push_back(text_of_part(text->text));
      } else if (const auto* image = std::get_if<chat::ImageBlock>(&block)) {
        parts.push_back(image_of_part(*image));
      } else if (const auto* document = std::get_if<chat::DocumentBlock>(&block)) {
        parts.push_back(document_part(*document));
      } else if (const auto* reference = std::get_if<chat::ToolReferenceBlock>(&block)) {
        parts.push_back(text_of_part(note_of(*reference)));
      }
    }
    return parts;
  }

  json::array model_parts(const chat::Message& message) {
    json::array parts;
    std::string signature;  // of the next call
    bool first_call = true;
    for (const chat::Block& block : message.content) {
      if (const auto* thought = std::get_if<chat::ThinkingBlock>(&block)) {
        const auto signed_part = gemini_signature(thought->signature);
        if (!signed_part) continue;
        if (signed_part->part == SignedPart::call) {
          signature = signed_part->value;
        } else {
          json::object part = text_of_part("");
          if (signed_part->part == SignedPart::thought) {
            part["text"] = thought->text;
            part["thought"] = true;
          }
          part["thoughtSignature"] = signed_part->value;
          parts.push_back(std::move(part));
        }
      } else if (const auto* use = std::get_if<chat::ToolUseBlock>(&block)) {
        const bool is_first = std::exchange(first_call, false);
        if (is_first && signature.empty() &&
            gemini_thinking(request_.model) == GeminiThinking::level) {
          signature = unsigned_call;
        }
        parts.push_back(call_part(*use, std::exchange(signature, {})));
      } else if (const auto* text = std::get_if<chat::TextBlock>(&block)) {
        if (!text->text.empty()) parts.push_back(text_of_part(text->text));
      }
    }
    return parts;
  }

  json::object call_part(const chat::ToolUseBlock& use, const std::string& signature) {
    names_[use.id] = use.name;
    json::object call;
    if (!use.id.empty()) call["id"] = use.id;
    call["name"] = use.name;
    call["args"] = parse_arguments(use.arguments);
    json::object part{{"functionCall", std::move(call)}};
    if (!signature.empty()) part["thoughtSignature"] = signature;
    return part;
  }

  json::object result_part(const chat::ToolResultBlock& result) const {
    const auto name = names_.find(result.tool_use_id);
    json::object response;
    response[result.is_error ? "error" : "output"] = text_of_result(result);
    json::object answered;
    if (!result.tool_use_id.empty()) answered["id"] = result.tool_use_id;
    answered["name"] = name == names_.end() ? result.tool_use_id : name->second;
    answered["response"] = std::move(response);
    return {{"functionResponse", std::move(answered)}};
  }

  json::array between_answers(Position begin, Position end) const {
    json::array parts;
    json::array images;
    for (auto message = begin; message != end; ++message) {
      for (const chat::Block& block : message->content) {
        const auto* result = std::get_if<chat::ToolResultBlock>(&block);
        if (result == nullptr) continue;
        parts.push_back(result_part(*result));
        for (const chat::ResultPart& part : result->content) {
          const auto* image = std::get_if<chat::ImageBlock>(&part);
          if (image == nullptr) continue;
          images.push_back(
              text_of_part(fmt::format("Image of the tool result {}:", result->tool_use_id)));
          images.push_back(image_of_part(*image));
        }
      }
    }
    for (json::value& image : images) parts.push_back(std::move(image));
    for (auto message = begin; message != end; ++message) {
      if (message->role == chat::Role::system) {
        parts.push_back(text_of_part("<system>\n" + chat::text_of(*message) + "\n</system>"));
        continue;
      }
      for (json::value& part : plain_parts(*message)) parts.push_back(std::move(part));
    }
    return parts;
  }

  void tools() {
    json::array functions;
    for (const chat::Tool* tool : tools_to_send(request_)) {
      json::object function;
      function["name"] = tool->name;
      if (!tool->description.empty()) function["description"] = tool->description;
      json::object schema = gemini_schema(tool->input_schema);
      // An object without properties is refused; no parameters are not.
      if (schema.contains("properties")) function["parameters"] = std::move(schema);
      functions.push_back(std::move(function));
    }
    if (functions.empty()) return;
    body_["tools"] = json::array{json::object{{"functionDeclarations", std::move(functions)}}};
    using Mode = chat::ToolChoice::Mode;
    const chat::ToolChoice choice = choice_to_send(request_);
    if (choice.mode == Mode::automatic) return;
    json::object config;
    config["mode"] = choice.mode == Mode::none ? "NONE" : "ANY";
    if (choice.mode == Mode::tool) config["allowedFunctionNames"] = json::array{choice.name};
    if (choice.mode == Mode::any && !choice.allowed.empty()) {
      config["allowedFunctionNames"] = json::value_from(choice.allowed);
    }
    body_["toolConfig"] = json::object{{"functionCallingConfig", std::move(config)}};
  }

  void generation_config() {
    json::object config;
    const chat::Sampling& sampling = request_.sampling;
    if (request_.max_tokens) config["maxOutputTokens"] = *request_.max_tokens;
    if (sampling.temperature) config["temperature"] = *sampling.temperature;
    if (sampling.top_p) config["topP"] = *sampling.top_p;
    if (sampling.top_k) config["topK"] = *sampling.top_k;
    if (sampling.presence_penalty) config["presencePenalty"] = *sampling.presence_penalty;
    if (sampling.frequency_penalty) config["frequencyPenalty"] = *sampling.frequency_penalty;
    // An int32 there.
    if (sampling.seed) config["seed"] = *sampling.seed & 0x7fffffffU;
    json::array stops;
    for (const std::string& stop : request_.stop) {
      if (stops.size() < most_stops) stops.emplace_back(stop);
    }
    if (!stops.empty()) config["stopSequences"] = std::move(stops);
    if (request_.json_schema && takes_schema(request_)) {
      config["responseMimeType"] = "application/json";
      const json::object* schema = request_.json_schema->if_object();
      if (schema != nullptr && *schema != json::object{{"type", "object"}}) {
        config["responseSchema"] = gemini_schema(*schema);
      }
    }
    json::object thinking = gemini_thinking_config(request_.thinking, request_.model);
    if (!thinking.empty()) config["thinkingConfig"] = std::move(thinking);
    if (!config.empty()) body_["generationConfig"] = std::move(config);
  }

  void provider_extra() {
    for (const auto& member : provider_fields(request_)) {
      json::value* known = body_.if_contains(member.key());
      if (known == nullptr || !known->is_object() || !member.value().is_object()) {
        body_[member.key()] = member.value();
        continue;
      }
      for (const auto& inner : member.value().get_object()) {
        known->get_object()[inner.key()] = inner.value();
      }
    }
  }

  const chat::Request& request_;
  std::map<std::string, std::string> names_;  ///< of calls so far, by id
  json::array contents_;
  json::object body_;
};

/// Thoughts go back to the API that made them.
std::string thoughts_note(const chat::Request& request) {
  bool thoughts = false;
  bool redacted = false;
  for (const chat::Message& message : request.messages) {
    for (const chat::Block& block : message.content) {
      const auto* thought = std::get_if<chat::ThinkingBlock>(&block);
      if (thought != nullptr && !gemini_signature(thought->signature)) thoughts = true;
      if (std::holds_alternative<chat::RedactedThinkingBlock>(block)) redacted = true;
    }
  }
  if (!thoughts && !redacted) return {};
  return fmt::format("left out {}: Gemini's API takes only its own",
                     !redacted   ? "earlier thoughts"
                     : !thoughts ? "redacted thinking"
                                 : "earlier thoughts and redacted thinking");
}

bool stays_in_a_path(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~").contains(c);
}

}  // namespace

json::object encode_gemini_request(const chat::Request& request) {
  return GeminiEncoder(request).run();
}

std::vector<std::string> left_out_of_gemini(const chat::Request& request) {
  const std::pair<bool, std::string_view> fields[] = {
      {request.sampling.min_p.has_value(), "min_p: Gemini's API has no such field"},
      {request.sampling.repeat_penalty.has_value(),
       "repeat_penalty: Gemini's API has no such field"},
      {!request.logit_bias.empty(), "logit_bias: Gemini's API has no such field"},
      {request.top_logprobs.has_value(), "logprobs: not asked of Gemini"},
      {!request.grammar.empty(), "grammar: Gemini's API has no such field"},
      {request.tool_choice.disable_parallel, "one call at a time: Gemini's API has no such field"},
      {request.tool_choice.mode == chat::ToolChoice::Mode::automatic &&
           !request.tool_choice.allowed.empty(),
       "tool_choice: Gemini's API names the allowed tools only where one is demanded; all stay "
       "allowed"},
      {request.stop.size() > most_stops,
       "stop: Gemini takes five at most; the first five are sent"},
      {request.json_schema && !takes_schema(request),
       "a JSON schema beside tools: this Gemini model takes only one of them"}};
  std::vector<std::string> sentences;
  for (const auto& [asked, sentence] : fields) {
    if (asked) sentences.emplace_back(sentence);
  }
  for (std::string note :
       {thoughts_note(request), choice_note(request), foreign_fields_note(request, "gemini")}) {
    if (!note.empty()) sentences.push_back(std::move(note));
  }
  return sentences;
}

std::string gemini_url(std::string_view base, std::string_view model) {
  constexpr std::string_view folder = "/models";
  while (base.ends_with('/')) base.remove_suffix(1);
  if (base.ends_with(folder)) base.remove_suffix(folder.size());
  if (model.starts_with("models/")) model.remove_prefix(folder.size());
  std::string escaped;
  for (const char c : model) {
    escaped += stays_in_a_path(c) ? std::string(1, c)
                                  : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return fmt::format("{}{}/{}:streamGenerateContent?alt=sse", base, folder, escaped);
}

}  // namespace hearth::wire
