#include "hearth/chat/message.h"

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

}  // namespace

std::string text_of(const Message& message, std::string_view separator) {
  return join_text(message.content, separator);
}

std::string text_of(const ToolResultBlock& result) {
  return join_text(result.content, "\n");
}

}  // namespace hearth::chat
