#include "hearth/wire/openai_content.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "hearth/wire/documents.h"
#include "hearth/wire/sent_tools.h"

namespace hearth::wire {
namespace {

bool is_plain_text(const json::value& part) {
  const json::object& object = part.get_object();
  return find_string(object, "type") == "text" && object.size() == 2;
}

bool is_own(PartExtra extra) {
  return extra == PartExtra::keep || extra == PartExtra::keep_but_cache_marks;
}

bool sends_marks(PartExtra extra) {
  return extra == PartExtra::keep || extra == PartExtra::cache_marks;
}

}  // namespace

void add_extra(json::object& to, const json::object& fields, PartExtra extra) {
  for (const auto& member : fields) {
    const bool is_mark = member.key() == "cache_control";
    if (is_mark ? sends_marks(extra) : is_own(extra)) to.emplace(member.key(), member.value());
  }
}

json::object text_part(std::string_view text) {
  return {{"type", "text"}, {"text", text}};
}

json::object image_part(const chat::ImageBlock& image, PartExtra extra) {
  json::object holder;
  holder["url"] = image.url.empty() ? fmt::format("data:{};base64,{}", image.media_type, image.data)
                                    : image.url;
  if (is_own(extra)) add_extra(holder, image.extra, extra);
  return {{"type", "image_url"}, {"image_url", std::move(holder)}};
}

json::value content_of(const chat::Message& message, PartExtra extra) {
  json::array parts;
  for (const chat::Block& block : message.content) {
    if (const auto* text = std::get_if<chat::TextBlock>(&block)) {
      json::object part = text_part(text->text);
      // Nothing can be marked in an empty text.
      if (!text->text.empty()) add_extra(part, text->extra, extra);
      parts.push_back(std::move(part));
    } else if (const auto* image = std::get_if<chat::ImageBlock>(&block)) {
      parts.push_back(image_part(*image, extra));
    } else if (const auto* document = std::get_if<chat::DocumentBlock>(&block)) {
      const bool as_file = is_own(extra) && !document->pdf.empty();
      parts.push_back(as_file ? encode_file(*document) : text_part(chat::text_of(*document)));
    } else if (const auto* reference = std::get_if<chat::ToolReferenceBlock>(&block)) {
      parts.push_back(text_part(note_of(*reference)));
    }
  }
  if (!std::ranges::all_of(parts, is_plain_text)) return parts;
  std::string joined;
  for (const json::value& part : parts) {
    if (!joined.empty()) joined += '\n';
    joined += std::string_view(part.at("text").get_string());
  }
  return json::value(joined);
}

json::object tool_message(const chat::ToolResultBlock& result, PartExtra extra) {
  std::string text = text_of_result(result);
  if (result.is_error) text.insert(0, "Error: ");
  json::object message{{"role", "tool"}, {"tool_call_id", result.tool_use_id}, {"content", text}};
  add_extra(message, result.extra, extra);
  return message;
}

}  // namespace hearth::wire
