#include "hearth/chat/message.h"

#include <fmt/format.h>

#include <algorithm>

namespace hearth::chat {
namespace {

template <class Parts>
std::string join_text(const Parts& parts, std::string_view separator) {
  std::string joined;
  bool first = true;
  for (const auto& part : parts) {
    const auto* text = std::get_if<TextBlock>(&part);
    if (text == nullptr) continue;
    if (!first) joined += separator;
    joined += text->text;
    first = false;
  }
  return joined;
}

/// ` NAME="VALUE"` in one line, or nothing without a value.
std::string attribute(std::string_view name, std::string value) {
  if (value.empty()) return {};
  std::ranges::replace(value, '"', '\'');
  std::ranges::replace(value, '\n', ' ');
  return fmt::format(" {}=\"{}\"", name, value);
}

}  // namespace

std::string text_of(const DocumentBlock& document) {
  const std::string_view tag =
      document.kind == DocumentBlock::Kind::document ? "document" : "search_result";
  return fmt::format("<{0}{1}{2}>\n{3}\n</{0}>", tag, attribute("title", document.title),
                     attribute("source", document.source), document.text);
}

std::string text_of(const Message& message, std::string_view separator) {
  return join_text(message.content, separator);
}

std::string text_of(const ToolResultBlock& result) {
  return join_text(result.content, "\n");
}

}  // namespace hearth::chat
