#include "hearth/router/subagent_tag.h"

#include <string_view>

namespace hearth::router {
namespace {

constexpr std::string_view open_tag = "<CCR-SUBAGENT-MODEL>";
constexpr std::string_view close_tag = "</CCR-SUBAGENT-MODEL>";

}  // namespace

std::optional<SubagentTag> find_subagent_tag(const chat::Request& request) {
  for (const chat::Message& message : request.messages) {
    if (message.role == chat::Role::assistant) continue;
    for (const chat::Block& block : message.content) {
      const auto* text = std::get_if<chat::TextBlock>(&block);
      if (text == nullptr) continue;
      const std::size_t begin = text->text.find(open_tag);
      if (begin == std::string::npos) continue;
      const std::size_t inner = begin + open_tag.size();
      const std::size_t end = text->text.find(close_tag, inner);
      if (end == std::string::npos) continue;
      return SubagentTag{text->text.substr(begin, end + close_tag.size() - begin),
                         text->text.substr(inner, end - inner)};
    }
  }
  return std::nullopt;
}

void remove_subagent_tag(chat::Request& request, const std::string& tag) {
  for (chat::Message& message : request.messages) {
    if (message.role == chat::Role::assistant) continue;
    for (chat::Block& block : message.content) {
      auto* text = std::get_if<chat::TextBlock>(&block);
      if (text == nullptr) continue;
      for (std::size_t at = 0; (at = text->text.find(tag, at)) != std::string::npos;) {
        text->text.erase(at, tag.size());
      }
    }
  }
}

}  // namespace hearth::router
