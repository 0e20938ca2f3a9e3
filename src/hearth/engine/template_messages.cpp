#include "hearth/engine/template_messages.h"

#include <fmt/format.h>

#include <map>
#include <optional>

namespace hearth::engine {
namespace {

/// Turns chat messages into template messages, one at a time, in order.
class Converter {
 public:
  Converter(const chat::Request& request, SystemMessages system_messages)
      : request_(request), system_messages_(system_messages) {}

  Result<std::vector<common_chat_msg>> convert() {
    for (const chat::Message& message : request_.messages) {
      switch (message.role) {
        case chat::Role::system: add_system(message); break;
        case chat::Role::assistant: add_assistant(message); break;
        case chat::Role::user:
          if (auto added = add_user(message); !added) return pass_on(added);
          break;
      }
    }
    return std::move(messages_);
  }

 private:
  void add(std::string role, std::string content) {
    common_chat_msg message;
    message.role = std::move(role);
    message.content = std::move(content);
    messages_.push_back(std::move(message));
  }

  void add_system(const chat::Message& message) {
    const bool as_user = system_messages_ == SystemMessages::first_else_user && !messages_.empty();
    add(as_user ? "user" : "system", chat::text_of(message));
  }

  void add_assistant(const chat::Message& message) {
    common_chat_msg out;
    out.role = "assistant";
    out.content = chat::text_of(message);
    for (const chat::Block& block : message.content) {
      if (const auto* thinking = std::get_if<chat::ThinkingBlock>(&block)) {
        out.reasoning_content += thinking->text;
      } else if (const auto* call = std::get_if<chat::ToolUseBlock>(&block)) {
        tool_names_[call->id] = call->name;
        out.tool_calls.push_back({call->name, call->arguments, call->id});
      }
    }
    messages_.push_back(std::move(out));
  }

  Result<void> add_user(const chat::Message& message) {
    for (const chat::Block& block : message.content) {
      if (const auto* result = std::get_if<chat::ToolResultBlock>(&block)) {
        if (auto added = add_result(*result); !added) return added;
      }
    }
    std::string text;
    bool any = false;
    for (const chat::Block& block : message.content) {
      if (std::holds_alternative<chat::ImageBlock>(block)) return refuse_image();
      const auto read = as_text(block);
      if (!read) continue;
      if (any) text += "\n";
      text += *read;
      any = true;
    }
    if (any) add("user", std::move(text));
    return {};
  }

  Result<void> add_result(const chat::ToolResultBlock& result) {
    std::string text;
    for (const chat::ResultPart& part : result.content) {
      if (std::holds_alternative<chat::ImageBlock>(part)) return refuse_image();
      if (!text.empty()) text += "\n";
      text += as_text(part).value_or("");
    }
    // No template has a field for a failed call, so the model is told in the text.
    if (result.is_error && !text.starts_with("Error")) text = "Error: " + text;
    common_chat_msg out;
    out.role = "tool";
    out.content = std::move(text);
    out.tool_call_id = result.tool_use_id;
    out.tool_name = tool_names_[result.tool_use_id];
    messages_.push_back(std::move(out));
    return {};
  }

  /// Of a block or a part of a result; empty for what a model does not read as text.
  template <class Part>
  [[nodiscard]] std::optional<std::string> as_text(const Part& part) const {
    if (const auto* text = std::get_if<chat::TextBlock>(&part)) return text->text;
    if (const auto* document = std::get_if<chat::DocumentBlock>(&part)) {
      return chat::text_of(*document);
    }
    if (const auto* reference = std::get_if<chat::ToolReferenceBlock>(&part)) {
      return announce(reference->tool_name);
    }
    return std::nullopt;
  }

  [[nodiscard]] std::string announce(const std::string& name) const {
    const chat::Tool* tool = chat::find_tool(request_, name);
    if (tool == nullptr) return fmt::format("(The tool {} is not available.)", name);
    return "This tool can be called from now on:\n" + describe_tool(*tool);
  }

  static Result<void> refuse_image() {
    return fail(ErrorKind::invalid_request,
                "this model cannot see images. Send text only, or route images to a model that "
                "can (Router.image in the configuration).");
  }

  const chat::Request& request_;
  SystemMessages system_messages_;
  std::vector<common_chat_msg> messages_;
  std::map<std::string, std::string> tool_names_;
};

}  // namespace

Result<std::vector<common_chat_msg>> to_template_messages(const chat::Request& request,
                                                          SystemMessages system_messages) {
  return Converter(request, system_messages).convert();
}

std::string describe_tool(const chat::Tool& tool) {
  json::object function;
  function["name"] = tool.name;
  function["description"] = tool.description;
  function["parameters"] = tool.input_schema;
  return to_json(json::object{{"type", "function"}, {"function", std::move(function)}});
}

common_chat_tool to_template_tool(const chat::Tool& tool) {
  return {tool.name, tool.description, to_json(tool.input_schema)};
}

}  // namespace hearth::engine
