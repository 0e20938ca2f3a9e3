#include "hearth/agent/session/compaction.h"

#include <algorithm>
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
    tokens += estimated_tokens(messages[i]);
    if (tokens > keep_tokens) break;
    if (messages[i].role == chat::Role::assistant || begins_turn(messages[i])) first = i;
  }
  return first;
}

}  // namespace

int estimated_tokens(const chat::Message& message) {
  constexpr std::size_t bytes_per_token = 4;
  return static_cast<int>(to_json(message_as_json(message)).size() / bytes_per_token);
}

Result<Compacted> compact(const Server& server, const chat::Request& request, int keep_tokens,
                          const std::string& wish, const std::stop_token& stop) {
  const std::vector<chat::Message> all(request.messages.begin() + 1, request.messages.end());
  const std::size_t kept = first_kept(all, keep_tokens);
  constexpr std::size_t least = 3;
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
  asked.max_tokens = max_summary_tokens;
  asked.tool_choice = {};
  const auto answer = complete(server, asked, stop, {});
  if (!answer) return std::unexpected(answer.error());
  const std::string summary(trimmed(answer->text()));
  if (summary.empty()) {
    return fail(ErrorKind::unavailable, "the model wrote no summary; nothing was changed");
  }
  Compacted result{.messages = {}, .summary = summary, .usage = answer->usage()};
  const std::string head =
      "The conversation before this was made shorter. What has to be known of it:\n" + summary;
  if (kept < all.size() && all[kept].role == chat::Role::user) {
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
