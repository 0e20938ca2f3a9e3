#include "hearth/router/system_prompt.h"

#include <string_view>

namespace hearth::router {

void rewrite_system_prompt(chat::Request& request, const std::string& prompt) {
  constexpr std::string_view environment = "<env>";
  if (request.messages.empty() || request.messages.front().role != chat::Role::system) return;
  for (chat::Block& block : request.messages.front().content) {
    auto* text = std::get_if<chat::TextBlock>(&block);
    const std::size_t at = text == nullptr ? std::string::npos : text->text.rfind(environment);
    if (at == std::string::npos) continue;
    text->text.replace(0, at, prompt);
    request.warnings.emplace_back("the system prompt was rewritten (REWRITE_SYSTEM_PROMPT)");
    return;
  }
}

}  // namespace hearth::router
