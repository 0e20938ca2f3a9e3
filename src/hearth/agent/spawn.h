#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/base/error.h"

namespace hearth::agent {

struct Program {
  std::vector<std::string> words;  ///< the program, looked for on the PATH, and its arguments
  std::filesystem::path folder;    ///< where it begins
  std::vector<std::string> environment = {};  ///< additional "NAME=value" entries
  std::vector<std::string> unset = {};        ///< names of variables it does not get
};

/// Its standard streams; -1 is /dev/null. They stay the caller's to close.
struct StandardStreams {
  int in = -1;
  int out = -1;
  int err = -1;
};

/// The first executable `name` in an absolute folder of the PATH; empty if there is none.
std::string program_on_path(std::string_view name);

/// Starts a program in a process group of its own, told not to use colours or a pager; the caller
/// waits for it. A program that is not there ends with exit code 127, a folder that is not with
/// 126. From the first one on whose input is the caller's, SIGPIPE is ignored in this process.
/// Errors: io, when no process could be made.
Result<pid_t> spawn(const Program& program, const StandardStreams& streams);

}  // namespace hearth::agent
