#include "hearth/agent/terminal/pickers.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <iterator>
#include <ranges>

#include "hearth/agent/diff.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/terminal/diff_view.h"
#include "hearth/agent/terminal/markdown_view.h"
#include "hearth/base/json.h"

namespace hearth::agent {
namespace {

std::string picker_title(std::string_view text) {
  constexpr std::size_t most = 200;
  const std::string plain = without_escapes(text.substr(0, most * 4));
  const auto lines = lines_of(plain);
  return lines.empty() ? std::string() : std::string(lines.front().substr(0, most));
}

/// What a call would change, as far as its arguments tell.
std::vector<StyledLine> change_of(const OpenQuestion& question, int columns) {
  const auto text = [&](std::string_view name) {
    return without_escapes(find_string(question.arguments, name).value_or(""));
  };
  const std::string before = text("old_string");
  const std::string after = text("new_string");
  if (before.empty() && after.empty()) {
    const std::string content = text("content");
    return content.empty() ? std::vector<StyledLine>()
                           : diff_lines(unified_diff(question.subject, "", content), columns);
  }
  return diff_lines(unified_diff(question.subject, before, after), columns);
}

/// The end of a session's conversation.
std::vector<StyledLine> end_of_session(const std::filesystem::path& store, const std::string& id,
                                       int columns) {
  const auto session = load_session(store, id);
  if (!session) return {plain_line(session.error().message, muted_style)};
  constexpr std::size_t most_messages = 2;
  std::vector<StyledLine> lines{{}};
  const auto& messages = session->messages;
  const std::size_t first = messages.size() - std::min(messages.size(), most_messages);
  for (std::size_t i = first; i < messages.size(); ++i) {
    const std::string text = without_escapes(chat::text_of(messages[i]));
    if (trimmed(text).empty()) continue;
    const bool user = messages[i].role == chat::Role::user;
    for (StyledLine& line : markdown_lines(text, columns - 4)) {
      line.insert(line.begin(), {user ? "  > " : "    ", muted_style});
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

}  // namespace

Picker permission_picker(const OpenQuestion& question, int columns) {
  std::vector<StyledLine> heading;
  const std::string subject = without_escapes(question.subject);
  heading.push_back({{question.tool, {.role = Role::warning, .bold = true}}});
  for (const std::string_view line : lines_of(subject)) {
    std::ranges::move(wrapped({{"  ", {}}, {std::string(line), {}}}, columns, 2),
                      std::back_inserter(heading));
  }
  std::ranges::move(change_of(question, columns), std::back_inserter(heading));
  heading.push_back(plain_line("May this be done?", {.bold = true}));
  const bool edits = !change_of(question, columns).empty();
  return {std::move(heading),
          {{.text = "Yes", .key = 'y'},
           {.text = edits ? "Yes, and all edits of this session" : "Yes, now and in this session",
            .key = 'a'},
           {.text = "No", .detail = "Esc: no, and stop", .key = 'n'}}};
}

SessionPicker session_picker(const std::filesystem::path& store,
                             const std::filesystem::path& folder, int columns) {
  constexpr std::size_t most = 50;
  constexpr std::int64_t ms_per_second = 1000;
  std::vector<std::string> ids;
  std::vector<Picker::Item> items;
  for (const SessionSummary& summary : list_sessions(store, folder, {}, most)) {
    ids.push_back(summary.id);
    const auto changed = static_cast<std::time_t>(summary.changed_ms / ms_per_second);
    items.push_back({.text = picker_title(summary.title),
                     .detail = fmt::format("{:%Y-%m-%d %H:%M}, {} task{}", fmt::localtime(changed),
                                           summary.tasks, summary.tasks == 1 ? "" : "s")});
  }
  Picker picker({plain_line("Go on with which session?", {.bold = true})}, std::move(items));
  picker.set_preview([store, ids, columns](std::size_t item) {
    return end_of_session(store, ids[item], columns);
  });
  return {.picker = std::move(picker), .ids = std::move(ids)};
}

Picker place_picker(std::string_view question, const std::vector<RewindPlace>& places) {
  std::vector<Picker::Item> items;
  for (const RewindPlace& place : places | std::views::reverse) {
    items.push_back({.text = picker_title(place.text)});
  }
  return {{plain_line(std::string(question), {.bold = true})}, std::move(items)};
}

Picker rewind_picker(std::string_view title, const RewindPlace& place) {
  std::vector<Picker::Item> items{{.text = "Conversation and files"},
                                  {.text = "Only the conversation"},
                                  {.text = "Only the files"}};
  if (!place.steps.empty()) items.push_back({.text = "To a step within it"});
  return {{{{std::string(title) + " ", {}}, {picker_title(place.text), {.bold = true}}}},
          std::move(items)};
}

}  // namespace hearth::agent
