#include "hearth/agent/repair_prompt.h"

#include <fmt/format.h>

#include "hearth/agent/plain_text.h"

namespace hearth::agent {
namespace {

constexpr std::size_t max_task_bytes = 1500;

std::string question(const RepairView& view, const RepairUnit& unit) {
  const auto lines = lines_of(view.code);
  switch (unit.kind) {
    case RepairUnit::Kind::file:
      return fmt::format(
          "Write the complete corrected code of {} in one code block; it must differ "
          "from the code above.",
          view.file);
    case RepairUnit::Kind::function:
      return fmt::format(
          "The mistake is in the function that begins with:\n```\n{}\n```\nWrite "
          "only this function, corrected, in one code block; it must differ from the "
          "code above.",
          trimmed(lines[unit.begin]));
    case RepairUnit::Kind::line:
      return fmt::format(
          "The mistake is in this line:\n```\n{}\n```\nWrite only the corrected "
          "line (or lines) to put in its place, in one code block; it must differ.",
          trimmed(lines[unit.begin]));
  }
  return {};
}

/// Enough for the answer and no more: a model that rambles is cut off.
int token_limit(const RepairView& view, const RepairUnit& unit) {
  constexpr int bytes_per_token = 3;
  const auto lines = lines_of(view.code);
  std::size_t bytes = 0;
  for (std::size_t i = unit.begin; i < unit.end && i < lines.size(); ++i) {
    bytes += lines[i].size() + 1;
  }
  if (unit.kind == RepairUnit::Kind::file) bytes = view.code.size();
  if (unit.kind == RepairUnit::Kind::line) return 100;
  return 200 + static_cast<int>(bytes) * 3 / (2 * bytes_per_token);
}

}  // namespace

chat::Request repair_request(const RepairView& view, const RepairUnit& unit, double temperature) {
  std::string text = fmt::format("{}\n\n", view.task.substr(0, max_task_bytes));
  if (!view.related.empty()) {
    text += fmt::format("For reference, `{}`:\n```{}\n{}\n```\n", view.related_file, view.language,
                        trimmed(view.related));
  }
  const bool whole = view.excerpt.empty();
  text += fmt::format("File `{}`{}:\n```{}\n{}\n```\n", view.file, whole ? "" : " (in part)",
                      view.language, trimmed(whole ? view.code : view.excerpt));
  text += "These checks fail:\n```\n";
  for (const std::string& line : view.failures) text += line + "\n";
  text += "```\n" + question(view, unit);
  chat::Request request;
  request.messages.push_back(
      {.role = chat::Role::user, .content = {chat::TextBlock{.text = text, .extra = {}}}});
  request.max_tokens = token_limit(view, unit);
  request.sampling.temperature = temperature;
  if (temperature > 0) request.sampling.top_p = 0.95;
  request.stream = true;
  return request;
}

}  // namespace hearth::agent
