#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/agent/context/setting_sources.h"
#include "hearth/agent/outcome.h"

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

/// The same for a line that another program sends: `work` is what works on a task.
Outcome run_line(Session& session, const std::string& line, const std::stop_token& stop,
                 const std::function<Outcome(const std::string& task)>& work);

/// A command as a list shows it.
struct CommandSummary {
  std::string name;
  std::string arguments;
  std::string description;
};

/// The built-in ones, then the user's own for work in `folder`.
std::vector<CommandSummary> list_commands(const std::filesystem::path& folder,
                                          const SettingSources& sources);

}  // namespace hearth::agent
