#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "hearth/agent/context/setting_sources.h"

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
/// relative to the one it stands in, up to five deep; not in code. What links or imports of the
/// project lead to outside of it is left out.
Instructions load_instructions(const std::filesystem::path& folder, const SettingSources& sources);

}  // namespace hearth::agent
