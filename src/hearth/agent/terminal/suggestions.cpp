#include "hearth/agent/terminal/suggestions.h"

#include <fmt/format.h>

#include <chrono>

#include "hearth/agent/commands/slash_commands.h"

namespace hearth::agent {

std::vector<Suggestion> Suggestions::commands() const {
  std::vector<Suggestion> suggestions;
  for (const CommandSummary& command : list_commands(folder_, sources_)) {
    suggestions.push_back(
        {command.name, command.arguments.empty()
                           ? command.description
                           : fmt::format("{} {}", command.arguments, command.description)});
  }
  suggestions.push_back({"clear", "A new session"});
  suggestions.push_back({"vim", "vi's keys on or off"});
  return suggestions;
}

std::vector<std::string> Suggestions::files(std::string_view typed) {
  constexpr std::size_t most = 50;
  constexpr std::chrono::seconds fresh{5};
  if (!files_) {
    files_ = std::make_unique<FileIndex>(folder_, [this] {
      more_files_ = true;
      changed_();
    });
    listed_ = Clock::now();
  } else if (typed.empty() && Clock::now() - listed_ > fresh) {
    files_->refresh();
    listed_ = Clock::now();
  }
  return files_->find(typed, most);
}

}  // namespace hearth::agent
