#include "hearth/agent/earlier_result.h"

#include <fmt/format.h>

#include <set>
#include <variant>

#include "hearth/base/utf8.h"

namespace hearth::agent {
namespace {

constexpr std::size_t least_bytes = 500;

bool is_text(const chat::ToolResultBlock& result, std::string_view text) {
  if (result.content.size() != 1) return false;
  const auto* only = std::get_if<chat::TextBlock>(&result.content.front());
  return only != nullptr && only->text == text;
}

bool has_earlier_result(std::span<const chat::Message> conversation, std::string_view tool,
                        std::string_view text) {
  std::set<std::string_view> calls;
  for (const chat::Message& message : conversation) {
    for (const chat::Block& block : message.content) {
      if (const auto* call = std::get_if<chat::ToolUseBlock>(&block)) {
        if (call->name == tool) calls.insert(call->id);
      } else if (const auto* result = std::get_if<chat::ToolResultBlock>(&block)) {
        if (calls.contains(result->tool_use_id) && is_text(*result, text)) return true;
      }
    }
  }
  return false;
}

}  // namespace

std::string new_or_where(std::span<const chat::Message> conversation, std::string_view tool,
                         std::string text) {
  if (text.size() < least_bytes) return text;
  // As it stands in the conversation.
  text = to_valid_utf8(text);
  if (!has_earlier_result(conversation, tool, text)) return text;
  return fmt::format(
      "(This is, word for word, the result of an earlier call of {} above: go by that one.)\n",
      tool);
}

}  // namespace hearth::agent
