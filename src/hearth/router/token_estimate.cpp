#include "hearth/router/token_estimate.h"

#include <functional>
#include <set>
#include <string>
#include <variant>

namespace hearth::router {
namespace {

/// Of a template around a message, a call, a result or a tool.
constexpr std::size_t frame_bytes = 16;
constexpr std::size_t tokens_of_image = 1000;

/// About as long as it is written; nothing is written for that, since every request is measured.
std::size_t length_of(const json::value& value) {
  constexpr std::size_t of_other = 5;  // a number, true, null
  if (const json::string* text = value.if_string()) return text->size() + 2;
  std::size_t length = 2;
  if (const json::array* array = value.if_array()) {
    for (const json::value& item : *array) length += length_of(item) + 1;
    return length;
  }
  const json::object* object = value.if_object();
  if (object == nullptr) return of_other;
  for (const auto& member : *object) length += member.key().size() + length_of(member.value()) + 4;
  return length;
}

struct Shown {
  std::size_t bytes = 0;
  std::size_t tokens = 0;  ///< of what is no text
  std::set<std::string, std::less<>> referred;

  void operator()(const chat::TextBlock& text) { bytes += text.text.size(); }
  void operator()(const chat::ImageBlock& /*image*/) { tokens += tokens_of_image; }
  void operator()(const chat::DocumentBlock& document) {
    bytes += document.title.size() + document.source.size() + document.text.size();
  }
  // Templates and servers drop those of earlier turns.
  void operator()(const chat::ThinkingBlock& /*thinking*/) {}
  void operator()(const chat::RedactedThinkingBlock& /*thinking*/) {}
  void operator()(const chat::ServerToolBlock& block) { bytes += to_json(block.original).size(); }
  void operator()(const chat::ToolUseBlock& use) {
    bytes += use.name.size() + use.arguments.size() + frame_bytes;
  }
  void operator()(const chat::ToolReferenceBlock& reference) {
    bytes += reference.tool_name.size() + frame_bytes;
    referred.insert(reference.tool_name);
  }
  void operator()(const chat::ToolResultBlock& result) {
    bytes += frame_bytes;
    for (const chat::ResultPart& part : result.content) std::visit(*this, part);
  }
};

}  // namespace

std::size_t estimated_tokens(std::size_t bytes) {
  return (bytes * 2 + 6) / 7;
}

std::size_t estimated_tokens(const chat::Request& request) {
  Shown shown;
  for (const chat::Message& message : request.messages) {
    shown.bytes += frame_bytes;
    for (const chat::Block& block : message.content) std::visit(shown, block);
  }
  for (const chat::Tool& tool : request.tools) {
    if (tool.defer_loading && !shown.referred.contains(tool.name)) continue;
    shown.bytes +=
        tool.name.size() + tool.description.size() + frame_bytes + length_of(tool.input_schema);
  }
  return estimated_tokens(shown.bytes) + shown.tokens;
}

}  // namespace hearth::router
