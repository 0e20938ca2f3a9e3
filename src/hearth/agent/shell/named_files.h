#pragma once

#include <string>
#include <vector>

#include "hearth/agent/shell/shell_script.h"

namespace hearth::agent {

/// Files and folders that a command names, as they are written.
struct NamedFiles {
  std::vector<std::string> read;
  std::vector<std::string> written;
};

/// Those of redirections, and those that usual programs on files (`cat`, `grep`, `tee`, `rm`, …)
/// are given as plain words. What other programs do with their words is not known.
NamedFiles named_files(const ShellPart& part);

/// Whether it may look into files that it does not name one by one: all of a folder, or those that
/// fit a pattern.
bool looks_into_unnamed_files(const ShellPart& part);

}  // namespace hearth::agent
