#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "hearth/agent/context/setting_sources.h"
#include "hearth/agent/folder.h"
#include "hearth/agent/permission/permission_rules.h"
#include "hearth/agent/permission/permissions.h"
#include "hearth/agent/sandbox/sandbox.h"
#include "hearth/agent/web/web_tools.h"
#include "hearth/base/error.h"
#include "hearth/base/json.h"

namespace hearth::agent {

/// A command that is run when something happens in a session, or a program that is asked.
struct HookCommand {
  std::string event;    ///< "PreToolUse", …
  std::string matcher;  ///< a regular expression for the tool's name; empty for all
  std::string command;
  std::chrono::seconds timeout{60};
  std::string source;  ///< the file it stands in
  /// In the command's place: takes its input and gives its answer. Errors: those of the program.
  std::function<Result<json::object>(const json::object& input, std::chrono::seconds timeout,
                                     const std::stop_token& stop)>
      program = {};
};

/// What the settings files say, in Claude Code's format.
struct Settings {
  PermissionRules rules;
  std::optional<PermissionMode> default_mode;
  std::vector<HookCommand> hooks;
  SandboxSettings sandbox;
  std::vector<std::filesystem::path> further_folders;
  std::vector<std::string> environment;  ///< "NAME=value" for commands
  WebSearchSettings web_search;
  /// At which share of the model's window a conversation is made shorter; 0: never by itself.
  double compact_at = 0.8;
  /// What could not be understood and was left out, one sentence each.
  std::vector<std::string> problems;
  /// The folder's own files hold what only counts once the folder is trusted, and it is not.
  bool trust_needed = false;
};

/// Whether the user trusts what a folder's own settings allow and run. It is remembered with the
/// hash of these settings: changed ones must be trusted again.
class TrustedFolders {
 public:
  /// `file` is where that is kept; need not exist.
  explicit TrustedFolders(std::filesystem::path file) : file_(std::move(file)) {}
  [[nodiscard]] bool trusts(const Folder& folder) const;
  /// Errors: io.
  Result<void> trust(const Folder& folder) const;

 private:
  std::filesystem::path file_;
};

/// Reads, from weak to strong: the user's settings (`~/.claude/settings.json`,
/// `~/.config/hearth/settings.json`), the project's (`.claude/settings.json`,
/// `.hearth/settings.json`) and the user's for this project (`….local.json`). Of the folder's own
/// files, what allows or runs anything counts only if `trusted`; what asks or denies always does.
/// Only the files of `sources` are read.
Settings load_settings(const Folder& folder, bool trusted, const SettingSources& sources);

/// What `--settings` says, a file or the JSON itself, on top of the others. The person wrote it:
/// all of it counts. Errors: config, where it cannot be read or understood.
Result<void> add_settings(Settings& settings, const std::string& file_or_json,
                          const Folder& folder);

}  // namespace hearth::agent
