#include "hearth/agent/earlier_result.h"

#include <set>
#include <string>
#include <variant>

namespace hearth::agent {
namespace {

constexpr std::size_t least_bytes = 500;

bool is_text(const chat::ToolResultBlock& result, std::string_view text) {
  if (result.content.size() != 1) return false;
  const auto* only = std::get_if<chat::TextBlock>(&result.content.front());
  return only != nullptr && only->text == text;
}

}  // namespace

bool has_earlier_result(std::span<const chat::Message> conversation, std::string_view tool,
                        std::string_view text) {
  if (text.size() < least_bytes) return false;
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

}  // namespace hearth::agent
