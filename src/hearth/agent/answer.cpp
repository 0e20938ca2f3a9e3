#include "hearth/agent/answer.h"

#include <algorithm>

#include "hearth/base/id.h"
#include "hearth/base/json.h"

namespace hearth::agent {
namespace {

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};

bool is_object(std::string_view arguments) {
  const auto value = parse_json(arguments);
  return value && value->is_object();
}

/// The end of the JSON object that begins at `start`, or npos.
std::size_t object_end(std::string_view text, std::size_t start) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = start; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{') {
      ++depth;
    } else if (c == '}' && --depth == 0) {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

}  // namespace

void Answer::add(const chat::Event& event) {
  std::visit(Overloaded{
                 [&](const chat::Started& started) { usage_ = started.usage; },
                 [&](const chat::TextDelta& delta) {
                   text_ += delta.text;
                   note_output();
                 },
                 [](const chat::TextEnd&) {},
                 [&](const chat::ThinkingDelta& delta) {
                   thinking_ += delta.text;
                   note_output();
                 },
                 [&](const chat::ThinkingSignature& mark) { signature_ = mark.signature; },
                 [&](const chat::ToolCallStart& start) {
                   calls_.push_back({start.index, start.id, start.name, {}});
                   note_output();
                 },
                 [&](const chat::ToolCallDelta& delta) {
                   const auto call = std::ranges::find(calls_, delta.index, &Call::index);
                   if (call != calls_.end()) call->arguments += delta.arguments;
                   note_output();
                 },
                 [&](const chat::Finished& finished) {
                   reason_ = finished.reason;
                   usage_ = finished.usage;
                 },
                 [](const auto&) {},
             },
             event);
}

void Answer::note_output() {
  has_output_ = true;
  ++usage_.output_tokens;
}

chat::Message Answer::message() const {
  chat::Message message{.role = chat::Role::assistant, .content = {}};
  // Some servers sign thoughts that they do not show.
  if (!thinking_.empty() || !signature_.empty()) {
    message.content.emplace_back(
        chat::ThinkingBlock{.text = thinking_, .signature = signature_, .extra = {}});
  }
  if (!text_.empty()) message.content.emplace_back(chat::TextBlock{.text = text_, .extra = {}});
  for (const Call& call : calls_) {
    message.content.emplace_back(
        chat::ToolUseBlock{.id = call.id,
                           .name = call.name,
                           .arguments = is_object(call.arguments) ? call.arguments : "{}",
                           .extra = {}});
  }
  return message;
}

bool Answer::malformed_call(std::string_view id) const {
  const auto call = std::ranges::find(calls_, id, &Call::id);
  return call != calls_.end() && !call->arguments.empty() && !is_object(call->arguments);
}

bool take_call_from_text(chat::Message& message, const std::vector<chat::Tool>& tools) {
  for (const chat::Block& block : message.content) {
    if (std::holds_alternative<chat::ToolUseBlock>(block)) return false;
  }
  const std::string text = chat::text_of(message);
  for (std::size_t at = text.find('{'); at != std::string::npos; at = text.find('{', at + 1)) {
    const std::size_t end = object_end(text, at);
    if (end == std::string::npos) continue;
    const auto value = parse_json(std::string_view(text).substr(at, end - at));
    if (!value || !value->is_object()) continue;
    const auto name = find_string(value->get_object(), "name");
    const json::object* arguments = find_object(value->get_object(), "arguments");
    if (!name || std::ranges::find(tools, *name, &chat::Tool::name) == tools.end()) continue;
    message.content.emplace_back(chat::ToolUseBlock{
        .id = new_id("toolu_"),
        .name = std::string(*name),
        .arguments = arguments == nullptr ? "{}" : to_json(json::value(*arguments)),
        .extra = {}});
    return true;
  }
  return false;
}

}  // namespace hearth::agent
