#include "hearth/agent/terminal/completion.h"

#include <algorithm>

#include "hearth/agent/terminal/fuzzy_match.h"

namespace hearth::agent {
namespace {

Completion complete_command(std::string_view typed, const CompletionSources& sources) {
  struct Match {
    Suggestion command;
    int score;
  };
  std::vector<Match> matches;
  for (Suggestion& command : sources.commands()) {
    // What begins as typed comes first, in the commands' own order.
    constexpr int for_prefix = 10'000;
    if (command.text.starts_with(typed)) {
      matches.push_back({std::move(command), for_prefix});
    } else if (const auto score = fuzzy_score(typed, command.text)) {
      matches.push_back({std::move(command), *score});
    }
  }
  std::ranges::stable_sort(matches, std::greater<>(), &Match::score);
  Completion completion;
  for (Match& match : matches) {
    match.command.text.insert(0, "/");
    completion.suggestions.push_back(std::move(match.command));
  }
  return completion;
}

}  // namespace

std::optional<Completion> complete_at(std::string_view text, std::size_t cursor,
                                      const CompletionSources& sources) {
  const std::string_view before = text.substr(0, cursor);
  const std::size_t blank = before.find_last_of(" \t\n");
  const std::size_t begin = blank == std::string_view::npos ? 0 : blank + 1;
  const std::string_view word = before.substr(begin);
  if (begin == 0 && word.starts_with('/') && word.find('/', 1) == std::string_view::npos) {
    Completion completion = complete_command(word.substr(1), sources);
    if (completion.suggestions.empty()) return std::nullopt;
    return completion;
  }
  if (!word.starts_with('@')) return std::nullopt;
  Completion completion{.begin = begin, .suggestions = {}};
  for (const std::string& path : sources.files(word.substr(1))) {
    // A blank would end the name.
    const bool blanks = path.find(' ') != std::string::npos;
    completion.suggestions.push_back({blanks ? "@\"" + path + "\"" : "@" + path});
  }
  if (completion.suggestions.empty()) return std::nullopt;
  return completion;
}

}  // namespace hearth::agent
