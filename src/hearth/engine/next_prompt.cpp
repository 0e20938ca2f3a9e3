#include "hearth/engine/next_prompt.h"

#include <algorithm>
#include <utility>

#include "hearth/engine/prompt.h"

namespace hearth::engine {
namespace {

/// What a client adds to `answer`, with `words` in it.
chat::Message continuation(const chat::Message& answer, const std::string& words) {
  chat::Message message{chat::Role::user, {}};
  for (const chat::Block& block : answer.content) {
    const auto* call = std::get_if<chat::ToolUseBlock>(&block);
    if (call == nullptr) continue;
    chat::ToolResultBlock result;
    result.tool_use_id = call->id;
    result.content.emplace_back(chat::TextBlock{words, {}});
    message.content.emplace_back(std::move(result));
  }
  if (message.content.empty()) message.content.emplace_back(chat::TextBlock{words, {}});
  return message;
}

/// Clients send what they began and its continuation as one message.
void join(chat::Message& begun, chat::Message answer) {
  std::string text = chat::text_of(begun, "");
  begun.content.clear();
  for (chat::Block& block : answer.content) {
    if (auto* more = std::get_if<chat::TextBlock>(&block); more != nullptr && !text.empty()) {
      more->text.insert(0, std::exchange(text, {}));
    }
    begun.content.push_back(std::move(block));
  }
}

}  // namespace

/// What two continuations with different first letters have in common.
std::vector<Token> next_prompt(const Weights& weights, Replays& replays, chat::Request request,
                               chat::Message answer) {
  if (begun_answer(request).empty()) {
    request.messages.push_back(std::move(answer));
  } else {
    join(request.messages.back(), std::move(answer));
  }
  std::vector<Token> common;
  for (const char* words : {"a", "Z"}) {
    request.messages.push_back(continuation(request.messages.back(), words));
    auto rendered = render_conversation(weights, request);
    if (!rendered) return {};
    auto tokens = replays.replay(weights, request.messages, std::move(*rendered));
    request.messages.pop_back();
    if (common.empty()) {
      common = std::move(tokens);
    } else {
      common.erase(std::ranges::mismatch(common, tokens).in1, common.end());
    }
  }
  return common;
}

}  // namespace hearth::engine
