#pragma once

#include <string_view>

namespace hearth::agent {

class Session;

enum class SlashResult { no_command, done, ended };

/// Runs `line` if it is a command such as "/undo". One that is not known is told, with those that
/// are like it; it is not sent to the model.
SlashResult run_slash_command(Session& session, std::string_view line);

}  // namespace hearth::agent
