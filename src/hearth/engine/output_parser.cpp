#include "hearth/engine/output_parser.h"

#include <algorithm>
#include <optional>

#include "hearth/base/id.h"
#include "hearth/engine/call_repair.h"
#include "hearth/engine/output_format.h"

namespace hearth::engine {
namespace {

std::optional<common_chat_msg> parse(const std::string& text, bool is_partial,
                                     const OutputFormat& format) {
  try {
    return common_chat_parse(text, is_partial, format.parser);
  } catch (const std::exception&) {
    // The format's parser gives up on output that a weak model garbled.
    return std::nullopt;
  }
}

}  // namespace

OutputParser::OutputParser(std::shared_ptr<const OutputFormat> format)
    : format_(std::move(format)), text_(format_ ? format_->forced_beginning : std::string()) {}

OutputParser::~OutputParser() = default;

std::vector<chat::Event> OutputParser::feed(std::string_view text) {
  std::vector<chat::Event> events;
  if (!format_ || !format_->structured) {
    if (!text.empty()) events.emplace_back(chat::TextDelta{std::string(text)});
    return events;
  }
  text_ += text;
  take(events, false);
  return events;
}

std::vector<chat::Event> OutputParser::finish() {
  std::vector<chat::Event> events;
  if (format_ && format_->structured) take(events, true);
  return events;
}

void OutputParser::take(std::vector<chat::Event>& events, bool is_final) {
  auto message = parse(text_, !is_final, *format_);
  if (!message && is_final) message = parse(text_, true, *format_);
  const bool nothing_found = message && message->empty();
  if (!message || (is_final && nothing_found)) {
    if (!is_final) return;
    message.emplace();
    message->content = format_->begun + text_;
  }
  if (content_sent_.empty()) content_sent_ = begun_in(message->content);

  send_thinking(events, message->reasoning_content);
  const bool calls_possible = !format_->tool_names.empty();
  if (calls_possible && message->tool_calls.empty()) {
    if (is_final) {
      repair(events, message->content);
    } else {
      const std::string_view content = message->content;
      send_text(events, content.substr(0, possible_call_start(content)));
    }
  } else {
    send_text(events, message->content);
  }

  const std::size_t n_calls = format_->single_call
                                  ? std::min<std::size_t>(1, message->tool_calls.size())
                                  : message->tool_calls.size();
  for (std::size_t i = 0; i < n_calls; ++i) {
    const common_chat_tool_call& call = message->tool_calls[i];
    const bool last = i + 1 == message->tool_calls.size();
    // A name still growing cannot be told from a whole one until its arguments begin.
    if (call.name.empty() || (last && !is_final && call.arguments.empty())) continue;
    if (i >= calls_.size()) start_call(events, call.name, call.id);
    std::string arguments = call.arguments.empty() && is_final ? "{}" : call.arguments;
    if (is_final || !last) arguments += json_completion(arguments).value_or("");
    send_arguments(events, i, arguments);
  }
}

/// What of `content` the request holds already. Parsers may leave out leading space.
std::string_view OutputParser::begun_in(std::string_view content) const {
  std::string_view begun = format_->begun;
  if (content.starts_with(begun)) return begun;
  begun.remove_prefix(std::min(begun.find_first_not_of(" \t\r\n"), begun.size()));
  return content.starts_with(begun) ? begun : std::string_view();
}

void OutputParser::send_thinking(std::vector<chat::Event>& events, const std::string& thinking) {
  if (thinking.size() <= thinking_sent_.size() || !thinking.starts_with(thinking_sent_)) return;
  events.emplace_back(chat::ThinkingDelta{thinking.substr(thinking_sent_.size())});
  thinking_sent_ = thinking;
}

void OutputParser::send_text(std::vector<chat::Event>& events, std::string_view content) {
  if (content.size() <= content_sent_.size() || !content.starts_with(content_sent_)) return;
  events.emplace_back(chat::TextDelta{std::string(content.substr(content_sent_.size()))});
  content_sent_ = content;
}

void OutputParser::start_call(std::vector<chat::Event>& events, std::string name, std::string id) {
  if (id.empty()) id = new_id("toolu_");
  events.emplace_back(chat::ToolCallStart{n_calls_++, std::move(id), std::move(name)});
  calls_.emplace_back();
}

void OutputParser::send_arguments(std::vector<chat::Event>& events, std::size_t index,
                                  std::string_view arguments) {
  std::string& sent = calls_[index].arguments;
  if (arguments.size() <= sent.size() || !arguments.starts_with(sent)) return;
  events.emplace_back(
      chat::ToolCallDelta{static_cast<int>(index), std::string(arguments.substr(sent.size()))});
  sent = arguments;
}

void OutputParser::repair(std::vector<chat::Event>& events, std::string_view content) {
  const std::size_t sent = std::min(content_sent_.size(), content.size());
  const auto found = find_calls(content.substr(sent), format_->tool_names);
  if (!found) {
    send_text(events, content);
    return;
  }
  if (!found->before.empty()) events.emplace_back(chat::TextDelta{found->before});
  for (const RepairedCall& call : found->calls) {
    if (format_->single_call && n_calls_ > 0) break;
    start_call(events, call.name, {});
    send_arguments(events, calls_.size() - 1, call.arguments);
  }
}

}  // namespace hearth::engine
