#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace hearth::agent {

struct Instructions {
  std::string text;                          ///< for the model; empty if there are none
  std::vector<std::filesystem::path> files;  ///< where they come from, in order
  std::vector<std::string> problems;         ///< what was left out, one sentence each
};

/// What users tell every agent that works in `folder`: the user's own
/// (`~/.config/hearth/AGENTS.md`,
/// `~/.claude/CLAUDE.md`), then from the repository's root down to `folder` each `AGENTS.md` and
/// `CLAUDE.md` (also `.claude/CLAUDE.md`, `CLAUDE.local.md`). A line's `@path` imports a file,
/// relative to the one it stands in, up to five deep; not in code.
Instructions load_instructions(const std::filesystem::path& folder);

}  // namespace hearth::agent
