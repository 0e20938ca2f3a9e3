#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/agent/context/setting_sources.h"

namespace hearth::agent {

/// A Markdown file in which a user tells an agent what to do: a command, a skill, a subagent.
struct CustomFile {
  std::string name;
  std::filesystem::path file;
};

enum class CustomKind { command, skill, agent };

/// Those for work in `folder`, by name. The folder's own (`.hearth/…`, `.claude/…`) win over the
/// user's (`~/.config/hearth/…`, `~/.claude/…`); links in the folder that lead out of it are left
/// out. A command `git/fix.md` is called "git:fix"; a
/// skill is a folder with a `SKILL.md`.
std::vector<CustomFile> find_custom_files(const std::filesystem::path& folder, CustomKind kind,
                                          const SettingSources& sources);

/// A command's text with the words of `arguments` in the places of `$ARGUMENTS`, `$1`, `$2`, …;
/// where it names none of them, they are added at the end.
std::string with_arguments(std::string_view body, std::string_view arguments);

}  // namespace hearth::agent
