#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::agent {

class Session;

/// What became of a line.
struct SlashResult {
  enum class Kind { no_command, done, ended, task };
  Kind kind = Kind::done;
  std::string task = {};  ///< what the model is to do: a command of the user's own
};

/// Runs `line` if it is a command such as "/undo". One that is not known is told, and is not sent
/// to the model.
SlashResult run_slash_command(Session& session, std::string_view line, const std::stop_token& stop);

/// A command as a list shows it.
struct CommandSummary {
  std::string name;
  std::string arguments;
  std::string description;
};

/// The built-in ones, then the user's own for work in `folder`.
std::vector<CommandSummary> list_commands(const std::filesystem::path& folder);

}  // namespace hearth::agent
