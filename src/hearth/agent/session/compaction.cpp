#include "hearth/agent/session/compaction.h"

#include <algorithm>
#include <ranges>
#include <set>
#include <span>
#include <utility>

#include "hearth/agent/plain_text.h"
#include "hearth/agent/session/message_json.h"

namespace hearth::agent {
namespace {

constexpr int max_summary_tokens = 2000;

constexpr std::string_view summary_question =
    "Stop working here and write down what has to be known to go on with this work without the "
    "conversation so far. Use exactly these headings and nothing else; leave out what is empty:\n"
    "## Task\nWhat the user wants, with every condition they named, in their words where they "
    "matter.\n"
    "## Done\nWhat was changed, file by file, and what was found out.\n"
    "## Now\nWhat was being done just now, and what failed, with the exact message.\n"
    "## Next\nThe steps that remain.\n"
    "## Files\nThe paths that matter, one a line, each with why.\n"
    "Do not call a tool.";

chat::Block words_block(std::string text) {
  return chat::TextBlock{.text = std::move(text), .extra = {}};
}

bool begins_turn(const chat::Message& message) {
  return message.role == chat::Role::user &&
         std::ranges::none_of(message.content, [](const chat::Block& block) {
           return std::holds_alternative<chat::ToolResultBlock>(block);
         });
}

/// The first of the messages that stay: as many from the end as fit. It is one from which a
/// conversation can go on: the beginning of a turn, or an answer of the model.
std::size_t first_kept(const std::vector<chat::Message>& messages, int keep_tokens) {
  std::size_t first = messages.size();
  int tokens = 0;
  for (std::size_t i = messages.size(); i-- > 1;) {
    // A task that nothing was answered to yet stays, however long it is.
    const bool not_begun = i + 1 == messages.size() && begins_turn(messages[i]);
    tokens += not_begun ? 0 : estimated_tokens(messages[i]);
    if (tokens > keep_tokens) break;
    if (messages[i].role == chat::Role::assistant || begins_turn(messages[i])) first = i;
  }
  return first;
}

/// Also for a model that thinks before it writes.
int tokens_for_summary(const chat::Thinking& thinking) {
  constexpr int usual_thoughts = 4096;
  const bool off = thinking.mode == chat::Thinking::Mode::disabled;
  return max_summary_tokens + (off ? 0 : thinking.budget_tokens.value_or(usual_thoughts));
}

/// Results of tools, but for the last ones, to what they begin and end with.
void trim_results(std::vector<chat::Message>& messages) {
  constexpr std::size_t most = 600;
  constexpr std::size_t least_kept = 2;
  const std::size_t end = messages.size() - std::min(messages.size(), least_kept);
  for (std::size_t i = 0; i < end; ++i) {
    for (chat::Block& block : messages[i].content) {
      auto* result = std::get_if<chat::ToolResultBlock>(&block);
      if (result == nullptr) continue;
      const std::string text = trimmed_in_the_middle(chat::text_of(*result), most);
      result->content = {chat::TextBlock{.text = text, .extra = {}}};
    }
  }
}

std::vector<std::string> files_in(std::span<const chat::Message> messages) {
  std::vector<std::string> changed;
  std::vector<std::string> read;
  for (const chat::Message& message : messages | std::views::reverse) {
    for (const chat::Block& block : message.content) {
      const auto* call = std::get_if<chat::ToolUseBlock>(&block);
      if (call == nullptr) continue;
      const auto arguments = parse_json(call->arguments);
      const auto path = arguments && arguments->is_object()
                            ? find_string(arguments->get_object(), "path")
                            : std::nullopt;
      if (!path) continue;
      if (call->name == "edit" || call->name == "write") changed.emplace_back(*path);
      if (call->name == "read") read.emplace_back(*path);
    }
  }
  changed.insert(changed.end(), read.begin(), read.end());
  std::set<std::string> known;
  std::erase_if(changed, [&](const std::string& name) { return !known.insert(name).second; });
  return changed;
}

}  // namespace

int estimated_tokens(const chat::Message& message) {
  constexpr std::size_t bytes_per_token = 4;
  return static_cast<int>(to_json(message_as_json(message)).size() / bytes_per_token);
}

int estimated_tokens(const std::vector<chat::Message>& messages) {
  int tokens = 0;
  for (const chat::Message& message : messages) tokens += estimated_tokens(message);
  return tokens;
}

Result<Compacted> compact(const Server& server, const chat::Request& request, int keep_tokens,
                          const std::string& wish, const std::stop_token& stop) {
  const std::vector<chat::Message> all(request.messages.begin() + 1, request.messages.end());
  const std::size_t kept = first_kept(all, keep_tokens);
  constexpr std::size_t least = 2;
  if (kept < least) {
    return fail(ErrorKind::invalid_request, "the conversation is too short to be made shorter");
  }
  chat::Request asked = request;
  std::string text(summary_question);
  if (!wish.empty()) text += " Keep this in view: " + wish;
  chat::Message ask{.role = chat::Role::user, .content = {words_block(std::move(text))}};
  // Two user messages in a row are one.
  if (asked.messages.back().role == chat::Role::user) {
    asked.messages.back().content.push_back(std::move(ask.content.front()));
  } else {
    asked.messages.push_back(std::move(ask));
  }
  asked.max_tokens = tokens_for_summary(asked.thinking);
  asked.tool_choice = {};
  auto answer = complete(server, asked, stop, {});
  if (!answer && is_too_long(answer.error())) {
    trim_results(asked.messages);
    answer = complete(server, asked, stop, {});
  }
  if (!answer) return std::unexpected(answer.error());
  const std::string summary(trimmed(answer->text()));
  if (summary.empty()) {
    return fail(ErrorKind::unavailable, "the model wrote no summary; nothing was changed");
  }
  Compacted result{.messages = {},
                   .summary = summary,
                   .files = files_in({all.data(), kept}),
                   .usage = answer->usage()};
  const std::string head =
      "The conversation before this was made shorter. What has to be known of it:\n" + summary;
  const bool joined = kept < all.size() && all[kept].role == chat::Role::user;
  result.shift = joined ? kept : kept - 1;
  if (joined) {
    result.messages.push_back(all[kept]);
    result.messages.front().content.insert(result.messages.front().content.begin(),
                                           words_block(head));
    result.messages.insert(result.messages.end(),
                           all.begin() + static_cast<std::ptrdiff_t>(kept) + 1, all.end());
  } else {
    result.messages.push_back({.role = chat::Role::user, .content = {words_block(head)}});
    result.messages.insert(result.messages.end(), all.begin() + static_cast<std::ptrdiff_t>(kept),
                           all.end());
  }
  return result;
}

}  // namespace hearth::agent
