#include "hearth/router/router.h"

namespace hearth::router {
namespace {

/// A template's own tokens around a message or a block; generous.
constexpr std::size_t frame_tokens = 32;
/// What a template writes around the tools and before the first message; generous.
constexpr std::size_t prompt_tokens = 2048;
/// An image is tokens by its size and the model, not by its bytes; generous.
constexpr std::size_t image_tokens = 8192;

struct Bound {
  std::size_t operator()(const chat::TextBlock& text) const { return text.text.size(); }
  std::size_t operator()(const chat::ImageBlock&) const { return image_tokens; }
  std::size_t operator()(const chat::DocumentBlock& document) const {
    return document.title.size() + document.source.size() + document.text.size();
  }
  std::size_t operator()(const chat::ThinkingBlock& thinking) const { return thinking.text.size(); }
  std::size_t operator()(const chat::RedactedThinkingBlock&) const { return 0; }
  std::size_t operator()(const chat::ServerToolBlock& block) const {
    return to_json(block.original).size();
  }
  std::size_t operator()(const chat::ToolUseBlock& use) const {
    return use.id.size() + use.name.size() + 2 * use.arguments.size();
  }
  std::size_t operator()(const chat::ToolReferenceBlock& reference) const {
    return reference.tool_name.size();
  }
  std::size_t operator()(const chat::ToolResultBlock& result) const {
    std::size_t bound = result.tool_use_id.size();
    for (const chat::ResultPart& part : result.content) {
      bound += std::visit(*this, part) + frame_tokens;
    }
    return bound;
  }
};

}  // namespace

std::size_t TokenCounter::upper_bound(const chat::Request& request) const {
  std::size_t bound = prompt_tokens;
  for (const chat::Message& message : request.messages) {
    bound += frame_tokens;
    for (const chat::Block& block : message.content) {
      bound += std::visit(Bound{}, block) + frame_tokens;
    }
  }
  for (const chat::Tool& tool : request.tools) {
    // Templates indent a schema or write it as types: longer than its compact form.
    bound += tool.name.size() + tool.description.size() + frame_tokens +
             2 * to_json(tool.input_schema).size();
  }
  return bound;
}

}  // namespace hearth::router
