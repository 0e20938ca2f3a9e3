#include "hearth/wire/responses_items.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "hearth/wire/documents.h"
#include "hearth/wire/openai_fields.h"
#include "hearth/wire/responses_thinking.h"

namespace hearth::wire {
namespace {

/// What the service itself did in an earlier turn: its results stand in the text that followed.
constexpr std::array service_items = {
    "web_search_call",       "file_search_call", "computer_call",
    "computer_call_output",  "mcp_call",         "image_generation_call",
    "code_interpreter_call", "mcp_list_tools",   "mcp_approval_request",
    "mcp_approval_response", "tool_search_call", "tool_search_output"};

/// The texts of a list of parts, whatever their type.
std::string joined_text(const json::array* parts) {
  std::string text;
  for (std::size_t i = 0; parts != nullptr && i < parts->size(); ++i) {
    const json::object* part = (*parts)[i].if_object();
    if (part != nullptr) text += find_string(*part, "text").value_or("");
  }
  return text;
}

chat::ResultPart image_of(Fields& part) {
  const json::value* url = part.value("image_url");
  if (url == nullptr || !url->is_string()) {
    part.problems().report(part.at("image_url"),
                           "expected a URL; files that were uploaded before are not known here");
    return chat::ImageBlock{};
  }
  chat::ImageBlock image =
      decode_image_url(url->get_string(), part.at("image_url"), part.problems());
  image.extra = part.rest();
  return image;
}

chat::ResultPart part_of(Fields& part) {
  const std::string type = part.required_string("type");
  if (type == "input_image") return image_of(part);
  if (type == "input_file") return decode_file(part);
  if (type == "input_text" || type == "output_text" || type == "text") {
    return chat::TextBlock{part.required_string("text"), {}};
  }
  if (type == "refusal") return chat::TextBlock{part.required_string("refusal"), {}};
  part.problems().report(part.at("type"),
                         fmt::format("content of type \"{}\" is not supported; known are "
                                     "input_text, output_text, input_image, input_file and refusal",
                                     type));
  return chat::TextBlock{};
}

}  // namespace

/// The message that an item of `role` belongs to: the last one, or a new one.
chat::Message& ResponsesItems::last(chat::Role role, bool of_results) {
  std::vector<chat::Message>& messages = request_.messages;
  const bool goes_on = !messages.empty() && messages.back().role == role &&
                       (role == chat::Role::assistant || (of_results && after_results_));
  if (!goes_on) messages.push_back({role, {}});
  after_results_ = of_results;
  return messages.back();
}

std::vector<chat::ResultPart> ResponsesItems::parts_of(Fields& fields, std::string_view key) {
  std::vector<chat::ResultPart> parts;
  const json::value* content = fields.value(key);
  if (content == nullptr || (!content->is_string() && !content->is_array())) {
    problems_.expected(fields.at(key), "a string or an array of parts", content);
    return parts;
  }
  if (content->is_string()) {
    parts.emplace_back(chat::TextBlock{std::string(content->get_string()), {}});
    return parts;
  }
  const json::array& items = content->get_array();
  for (std::size_t i = 0; i < items.size() && !problems_.any(); ++i) {
    const std::string path = problems_.item(fields.at(key), i);
    if (const json::object* object = items[i].if_object()) {
      Fields part(*object, path, problems_);
      parts.push_back(part_of(part));
    } else {
      problems_.expected(path, "an object", &items[i]);
    }
  }
  return parts;
}

void ResponsesItems::add_message(Fields& fields) {
  const std::string role = fields.one_of("role", {"user", "assistant", "system", "developer"});
  const chat::Role to = role == "assistant" ? chat::Role::assistant
                        : role == "user"    ? chat::Role::user
                                            : chat::Role::system;
  chat::Message& message = last(to, false);
  for (chat::ResultPart& part : parts_of(fields, "content")) {
    std::visit([&](auto& block) { message.content.emplace_back(std::move(block)); }, part);
  }
}

void ResponsesItems::add_reasoning(Fields& fields) {
  const std::string sealed = fields.string("encrypted_content");
  std::string text = joined_text(fields.array("content"));
  if (text.empty()) text = joined_text(fields.array("summary"));
  auto block = unseal_thinking(sealed);
  if (!block && text.empty()) {
    request_.warnings.emplace_back("left out a reasoning item that another service encrypted");
    return;
  }
  last(chat::Role::assistant, false)
      .content.push_back(block ? std::move(*block)
                               : chat::Block(chat::ThinkingBlock{std::move(text), {}, {}}));
}

void ResponsesItems::add_call(Fields& fields, ResponsesTool::Kind kind) {
  chat::ToolUseBlock use;
  use.id = fields.required_string("call_id");
  use.name = ResponsesTools::flat_name(fields.string("namespace"), fields.required_string("name"));
  use.arguments = kind == ResponsesTool::Kind::custom ? custom_arguments(fields.string("input"))
                                                      : decode_arguments(fields.value("arguments"));
  call_ids_.push_back(use.id);
  last(chat::Role::assistant, false).content.emplace_back(std::move(use));
}

void ResponsesItems::add_output(Fields& fields) {
  chat::ToolResultBlock result;
  result.tool_use_id = fields.required_string("call_id");
  if (std::ranges::find(call_ids_, result.tool_use_id) == call_ids_.end()) {
    problems_.report(fields.at("call_id"),
                     fmt::format("no call \"{}\" in the items before", result.tool_use_id));
  }
  result.content = parts_of(fields, "output");
  last(chat::Role::user, true).content.emplace_back(std::move(result));
}

void ResponsesItems::add_item(const json::object& object, const std::string& path) {
  Fields fields(object, path, problems_);
  std::string type = fields.string("type");
  if (type.empty() && object.contains("role")) type = "message";
  if (type == "message") {
    add_message(fields);
  } else if (type == "reasoning") {
    add_reasoning(fields);
  } else if (type == "function_call") {
    add_call(fields, ResponsesTool::Kind::function);
  } else if (type == "custom_tool_call") {
    add_call(fields, ResponsesTool::Kind::custom);
  } else if (type == "function_call_output" || type == "custom_tool_call_output") {
    add_output(fields);
  } else if (type == "additional_tools") {
    decode_responses_tools(fields, request_, names_);
  } else if (std::ranges::find(service_items, type) != service_items.end()) {
    request_.warnings.push_back(fmt::format("left out an item of type {}", type));
  } else if (type == "item_reference") {
    problems_.report(path, "send the item itself, or `previous_response_id`");
  } else {
    problems_.report(fields.at("type"),
                     fmt::format("items of type \"{}\" are not supported; known are message, "
                                 "reasoning, function_call, function_call_output, "
                                 "custom_tool_call, custom_tool_call_output and additional_tools",
                                 type));
  }
}

void ResponsesItems::add(const json::array& items, const std::string& path) {
  for (std::size_t i = 0; i < items.size() && !problems_.any(); ++i) {
    const std::string item = problems_.item(path, i);
    if (const json::object* object = items[i].if_object()) {
      add_item(*object, item);
    } else {
      problems_.expected(item, "an object", &items[i]);
    }
  }
}

}  // namespace hearth::wire
