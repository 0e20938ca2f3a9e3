#include "hearth/wire/openai_messages.h"

#include <fmt/format.h>

#include <functional>
#include <set>
#include <string>
#include <utility>

#include "hearth/wire/custom_tools.h"
#include "hearth/wire/documents.h"
#include "hearth/wire/openai_fields.h"

namespace hearth::wire {
namespace {

using Calls = std::set<std::string, std::less<>>;

chat::ImageBlock decode_image(Fields& part) {
  chat::ImageBlock image;
  const json::object* holder = part.object("image_url");
  if (holder == nullptr) {
    part.problems().expected(part.at("image_url"), "an object", nullptr);
    return image;
  }
  Fields fields(*holder, part.at("image_url"), part.problems());
  image = decode_image_url(fields.required_string("url"), fields.at("url"), part.problems());
  image.extra = fields.rest();
  return image;
}

chat::DocumentBlock decode_file_part(Fields& part) {
  const json::object* holder = part.object("file");
  if (holder == nullptr) {
    part.problems().expected(part.at("file"), "an object", nullptr);
    return {};
  }
  Fields fields(*holder, part.at("file"), part.problems());
  return decode_file(fields);
}

/// Text, image and file parts. `content` may be null: an assistant that only calls tools.
std::vector<chat::ResultPart> decode_parts(Fields& message) {
  std::vector<chat::ResultPart> parts;
  const json::value* content = message.value("content");
  if (content == nullptr) return parts;
  Problems& problems = message.problems();
  if (content->is_string()) {
    parts.emplace_back(chat::TextBlock{std::string(content->get_string()), {}});
    return parts;
  }
  if (!content->is_array()) {
    problems.expected(message.at("content"), "a string or an array of parts", content);
    return parts;
  }
  std::size_t index = 0;
  for (const json::value& item : content->get_array()) {
    const std::string path = problems.item(message.at("content"), index++);
    if (!item.is_object()) {
      problems.expected(path, "an object", &item);
      break;
    }
    Fields part(item.get_object(), path, problems);
    const std::string type = part.required_string("type");
    if (type == "text" || type == "refusal") {
      chat::TextBlock text;
      text.text = part.required_string(type);
      text.extra = part.rest();
      parts.emplace_back(std::move(text));
    } else if (type == "image_url") {
      parts.emplace_back(decode_image(part));
    } else if (type == "file") {
      parts.emplace_back(decode_file_part(part));
    } else {
      problems.report(part.at("type"), fmt::format("content of type \"{}\" is not supported; known "
                                                   "are text, refusal, image_url and file",
                                                   type));
    }
  }
  return parts;
}

void append(std::vector<chat::Block>& blocks, std::vector<chat::ResultPart> parts) {
  for (chat::ResultPart& part : parts) {
    std::visit([&](auto& block) { blocks.emplace_back(std::move(block)); }, part);
  }
}

void decode_tool_calls(Fields& message, std::vector<chat::Block>& blocks, Calls& calls) {
  const json::array* items = message.array("tool_calls");
  Problems& problems = message.problems();
  for (std::size_t i = 0; items != nullptr && i < items->size(); ++i) {
    const std::string path = problems.item(message.at("tool_calls"), i);
    const json::object* object = (*items)[i].if_object();
    const json::object* function = object == nullptr ? nullptr : find_object(*object, "function");
    const json::object* custom = object == nullptr ? nullptr : find_object(*object, "custom");
    if (function == nullptr && custom == nullptr) {
      problems.expected(path, "an object with `function`", &(*items)[i]);
      return;
    }
    Fields call(*object, path, problems);
    Fields inner(function == nullptr ? *custom : *function,
                 path + (function == nullptr ? ".custom" : ".function"), problems);
    chat::ToolUseBlock use;
    use.id = call.required_string("id");
    use.name = inner.required_string("name");
    use.arguments = function == nullptr ? custom_arguments(inner.string("input"))
                                        : decode_arguments(inner.value("arguments"));
    for (const char* known : {"type", "index", "function", "custom"}) {
      static_cast<void>(call.value(known));
    }
    use.extra = call.rest();
    calls.insert(use.id);
    blocks.emplace_back(std::move(use));
  }
}

chat::Message decode_assistant(Fields& fields, Calls& calls) {
  chat::Message message{chat::Role::assistant, {}};
  std::string thinking = fields.string("reasoning_content");
  const std::string reasoning = fields.string("reasoning");
  if (thinking.empty()) thinking = reasoning;
  if (!thinking.empty()) {
    message.content.emplace_back(chat::ThinkingBlock{std::move(thinking), {}, {}});
  }
  append(message.content, decode_parts(fields));
  decode_tool_calls(fields, message.content, calls);
  message.extra = fields.rest();
  return message;
}

void decode_tool_message(Fields& fields, const Calls& calls, std::vector<chat::Message>& messages,
                         bool& after_tool) {
  chat::ToolResultBlock result;
  result.tool_use_id = fields.required_string("tool_call_id");
  if (!calls.contains(result.tool_use_id)) {
    fields.problems().report(
        fields.at("tool_call_id"),
        fmt::format("no tool call \"{}\" in the messages before", result.tool_use_id));
  }
  result.content = decode_parts(fields);
  result.extra = fields.rest();
  if (!after_tool) messages.push_back({chat::Role::user, {}});
  after_tool = true;
  messages.back().content.emplace_back(std::move(result));
}

}  // namespace

void decode_chat_messages(Fields& body, std::vector<chat::Message>& messages) {
  Problems& problems = body.problems();
  const json::array* items = body.array("messages");
  if (items == nullptr) {
    problems.expected("messages", "an array", nullptr);
    return;
  }
  if (items->empty()) problems.report("messages", "at least one message is required");
  Calls calls;
  bool after_tool = false;
  for (std::size_t i = 0; i < items->size() && !problems.any(); ++i) {
    const std::string path = problems.item("messages", i);
    const json::object* object = (*items)[i].if_object();
    if (object == nullptr) {
      problems.expected(path, "an object", &(*items)[i]);
      return;
    }
    Fields fields(*object, path, problems);
    const std::string role =
        fields.one_of("role", {"system", "developer", "user", "assistant", "tool"});
    if (role == "tool") {
      decode_tool_message(fields, calls, messages, after_tool);
      continue;
    }
    after_tool = false;
    if (role == "assistant") {
      messages.push_back(decode_assistant(fields, calls));
      continue;
    }
    chat::Message message{role == "user" ? chat::Role::user : chat::Role::system, {}};
    if (fields.value("content") == nullptr) {
      problems.expected(fields.at("content"), "a string or an array of parts", nullptr);
    }
    append(message.content, decode_parts(fields));
    message.extra = fields.rest();
    messages.push_back(std::move(message));
  }
}

}  // namespace hearth::wire
