#include "hearth/wire/anthropic_blocks.h"

#include <fmt/format.h>

#include <cctype>

#include "hearth/wire/documents.h"

namespace hearth::wire {
namespace {

using chat::Block;

chat::ImageBlock decode_image(Fields& fields) {
  chat::ImageBlock image;
  const json::object* source = fields.object("source");
  if (source == nullptr) {
    fields.problems().expected(fields.at("source"), "an object", nullptr);
    return image;
  }
  Fields from(*source, fields.at("source"), fields.problems());
  if (from.one_of("type", {"base64", "url"}) == "url") {
    image.url = from.required_string("url");
  } else {
    image.media_type = from.required_string("media_type");
    image.data = from.required_string("data");
  }
  image.extra = fields.rest();
  return image;
}

chat::TextBlock decode_text(Fields& fields) {
  chat::TextBlock text;
  text.text = fields.required_string("text");
  text.extra = fields.rest();
  return text;
}

chat::ToolUseBlock decode_tool_use(Fields& fields) {
  chat::ToolUseBlock use;
  use.id = fields.required_string("id");
  use.name = fields.required_string("name");
  const json::value* input = fields.value("input");
  if (input != nullptr && !input->is_object()) {
    fields.problems().expected(fields.at("input"), "an object", input);
  }
  use.arguments = input == nullptr ? "{}" : to_json(*input);
  use.extra = fields.rest();
  return use;
}

std::vector<chat::ResultPart> decode_result_content(const json::value& content,
                                                    const std::string& path, Problems& problems) {
  std::vector<chat::ResultPart> parts;
  for (Block& block : decode_content(content, path, problems)) {
    if (auto* text = std::get_if<chat::TextBlock>(&block)) {
      parts.emplace_back(std::move(*text));
    } else if (auto* image = std::get_if<chat::ImageBlock>(&block)) {
      parts.emplace_back(std::move(*image));
    } else if (auto* document = std::get_if<chat::DocumentBlock>(&block)) {
      parts.emplace_back(std::move(*document));
    } else if (auto* reference = std::get_if<chat::ToolReferenceBlock>(&block)) {
      parts.emplace_back(std::move(*reference));
    } else {
      problems.report(path,
                      "a tool result holds text, image, document, search_result and "
                      "tool_reference blocks only");
    }
  }
  return parts;
}

chat::ToolResultBlock decode_tool_result(Fields& fields) {
  chat::ToolResultBlock result;
  result.tool_use_id = fields.required_string("tool_use_id");
  result.is_error = fields.boolean("is_error");
  if (const json::value* content = fields.value("content")) {
    result.content = decode_result_content(*content, fields.at("content"), fields.problems());
  }
  result.extra = fields.rest();
  return result;
}

Block decode_block(const json::object& object, const std::string& path, Problems& problems) {
  Fields fields(object, path, problems);
  const std::string type = fields.required_string("type");
  if (type == "text") return decode_text(fields);
  if (type == "image") return decode_image(fields);
  if (type == "document") return decode_document(fields);
  if (type == "search_result") return decode_search_result(fields);
  if (type == "tool_use") return decode_tool_use(fields);
  if (type == "tool_result") return decode_tool_result(fields);
  if (type == "tool_reference") {
    return chat::ToolReferenceBlock{fields.required_string("tool_name")};
  }
  if (type == "redacted_thinking") {
    return chat::RedactedThinkingBlock{fields.required_string("data")};
  }
  if (type == "thinking") {
    chat::ThinkingBlock thinking;
    thinking.text = fields.required_string("thinking");
    thinking.signature = fields.string("signature");
    thinking.extra = fields.rest();
    return thinking;
  }
  return chat::ServerToolBlock{object};
}

json::object encode_image(const chat::ImageBlock& image) {
  json::object source;
  if (image.url.empty()) {
    source["type"] = "base64";
    source["media_type"] = image.media_type;
    source["data"] = image.data;
  } else {
    source["type"] = "url";
    source["url"] = image.url;
  }
  json::object object;
  object["type"] = "image";
  object["source"] = std::move(source);
  return object;
}

struct Encode {
  BlockExtra extra;

  void add_extra(json::object& object, const json::object& more) const {
    if (extra == BlockExtra::drop) return;
    for (const auto& member : more) object.emplace(member.key(), member.value());
  }

  json::object operator()(const chat::TextBlock& text) const {
    json::object object;
    object["type"] = "text";
    object["text"] = text.text;
    add_extra(object, text.extra);
    return object;
  }
  json::object operator()(const chat::ImageBlock& image) const {
    json::object object = encode_image(image);
    add_extra(object, image.extra);
    return object;
  }
  json::object operator()(const chat::DocumentBlock& document) const { return document.original; }
  json::object operator()(const chat::ThinkingBlock& thinking) const {
    json::object object;
    object["type"] = "thinking";
    object["thinking"] = thinking.text;
    object["signature"] = thinking.signature;
    add_extra(object, thinking.extra);
    return object;
  }
  json::object operator()(const chat::RedactedThinkingBlock& redacted) const {
    json::object object;
    object["type"] = "redacted_thinking";
    object["data"] = redacted.data;
    return object;
  }
  json::object operator()(const chat::ToolUseBlock& use) const {
    json::object object;
    object["type"] = "tool_use";
    object["id"] = api_tool_id(use.id);
    object["name"] = use.name;
    object["input"] = parse_arguments(use.arguments);
    add_extra(object, use.extra);
    return object;
  }
  json::object operator()(const chat::ServerToolBlock& block) const { return block.original; }
  json::object operator()(const chat::ToolReferenceBlock& reference) const {
    json::object object;
    object["type"] = "tool_reference";
    object["tool_name"] = reference.tool_name;
    return object;
  }
  json::object operator()(const chat::ToolResultBlock& result) const {
    json::object object;
    object["type"] = "tool_result";
    object["tool_use_id"] = api_tool_id(result.tool_use_id);
    json::array content;
    for (const chat::ResultPart& part : result.content) content.push_back(std::visit(*this, part));
    object["content"] = std::move(content);
    if (result.is_error) object["is_error"] = true;
    add_extra(object, result.extra);
    return object;
  }
};

}  // namespace

std::vector<Block> decode_content(const json::value& content, const std::string& path,
                                  Problems& problems) {
  std::vector<Block> blocks;
  if (content.is_string()) {
    blocks.emplace_back(chat::TextBlock{std::string(content.get_string()), {}});
    return blocks;
  }
  if (!content.is_array()) {
    problems.expected(path, "a string or an array of blocks", &content);
    return blocks;
  }
  const json::array& items = content.get_array();
  blocks.reserve(items.size());
  for (std::size_t i = 0; i < items.size() && !problems.any(); ++i) {
    const std::string at = problems.item(path, i);
    if (const json::object* object = items[i].if_object()) {
      blocks.push_back(decode_block(*object, at, problems));
    } else {
      problems.expected(at, "an object", &items[i]);
    }
  }
  return blocks;
}

json::object encode_block(const Block& block, BlockExtra extra) {
  return std::visit(Encode{extra}, block);
}

bool is_of_server_tool(std::string_view type) {
  return type == "server_tool_use" || type == "mcp_tool_use" || type == "container_upload" ||
         type.ends_with("_tool_result");
}

std::string unknown_block_note(std::string_view type) {
  return fmt::format(
      "content of type \"{}\" is not supported; known are text, image, document, "
      "search_result, thinking, redacted_thinking, tool_use, tool_result, "
      "tool_reference and those of Anthropic's own tools",
      type);
}

std::string api_tool_id(std::string_view id) {
  std::string allowed(id);
  for (char& c : allowed) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) == 0 && c != '_' && c != '-') c = '_';
  }
  return allowed;
}

json::object parse_arguments(std::string_view arguments) {
  if (arguments.find_first_not_of(" \t\r\n") == std::string_view::npos) return {};
  auto parsed = parse_json(arguments);
  if (parsed && parsed->is_object()) return std::move(parsed->get_object());
  json::object object;
  object["unparsed_arguments"] = arguments;
  return object;
}

}  // namespace hearth::wire
