#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "hearth/agent/folder.h"

namespace hearth::agent {

/// The command whose exit code says whether the work is right.
struct CheckCommand {
  std::string line;
  bool named_by_user = false;  ///< it stood in the task or on the command line
};

/// The check that `task` names: a command in back quotes, or after "run", that begins with a known
/// test program. Nothing if it names none.
std::optional<std::string> check_in_task(std::string_view task);

/// The check of a folder by what is in it: its Makefile, package.json, Cargo.toml, go.mod,
/// CMakeLists.txt, Python or JavaScript tests. Nothing if there are no tests to be seen.
std::optional<std::string> check_of_folder(const Folder& folder);

/// The one, else the other.
std::optional<CheckCommand> find_check(std::string_view task, const Folder& folder);

}  // namespace hearth::agent
