#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "hearth/agent/folder.h"

namespace hearth::agent {

/// Whose word a check is.
enum class CheckOrigin {
  found,  ///< nobody's: it was found in the folder, or in text that was piped in
  task,   ///< the task names it
  given,  ///< the person gave it for this: on the command line, or when asked
};

/// The command whose exit code says whether the work is right.
struct CheckCommand {
  std::string line;
  CheckOrigin origin = CheckOrigin::found;
};

/// The check that `task` names: a command in back quotes, or after "run", that begins with a known
/// test program. Nothing if it names none.
std::optional<std::string> check_in_task(std::string_view task);

/// The check of a folder by what is in it: its Makefile, package.json, Cargo.toml, go.mod,
/// CMakeLists.txt, Python or JavaScript tests. Nothing if there are no tests to be seen.
std::optional<std::string> check_of_folder(const Folder& folder);

/// The one, else the other. `typed` is what of the task the person wrote; nothing: all of it.
std::optional<CheckCommand> find_check(std::string_view task,
                                       const std::optional<std::string>& typed,
                                       const Folder& folder);

}  // namespace hearth::agent
