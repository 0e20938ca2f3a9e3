#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/agent/permission/settings.h"
#include "hearth/base/json.h"

namespace hearth::agent {

/// What the hooks of one event came to.
struct HookOutcome {
  /// The action is not to happen, or (Stop) the work is to go on; for the model, or the person.
  std::optional<std::string> blocked;
  /// PreToolUse: what a hook decided in the permissions' place.
  std::optional<Effect> permission;
  std::string permission_reason;
  /// PreToolUse: other arguments, under our names; not checked against the tool's schema.
  std::optional<json::object> updated_input;
  std::string updated_by;             ///< the command of the hook that gave them
  std::string context;                ///< for the model, in addition
  std::vector<std::string> messages;  ///< for the person
  bool ends_session = false;          ///< "continue": false
};

/// Runs the settings' hooks in Claude Code's format: each gets one JSON object on its standard
/// input and answers by its exit code (0 fine, 2 blocks with its standard error, any other is only
/// told) and, if it likes, a JSON object on its standard output. A hook that is a program's gets
/// the same object and gives the same answer.
class Hooks {
 public:
  /// `folder` is where they run; `session_id` and `transcript` are told to them.
  Hooks(std::vector<HookCommand> commands, std::filesystem::path folder, std::string session_id,
        std::string transcript);

  /// Runs those of `event` whose matcher fits `subject` (the tool's name, or what started the
  /// session), one after the other. `input` is what the event adds to the object; a call's
  /// "tool_input" is told under Claude Code's names.
  HookOutcome run(std::string_view event, std::string_view subject, json::object input,
                  const std::stop_token& stop) const;

  [[nodiscard]] bool any(std::string_view event) const;

 private:
  static void ask_program(const HookCommand& hook, const json::object& input,
                          const std::stop_token& stop, HookOutcome& outcome);
  void run_command_of(const HookCommand& hook, const json::object& input,
                      const std::stop_token& stop, HookOutcome& outcome) const;

  std::vector<HookCommand> commands_;
  std::filesystem::path folder_;
  std::string session_id_;
  std::string transcript_;
};

}  // namespace hearth::agent
