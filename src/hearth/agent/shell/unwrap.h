#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hearth/agent/shell/shell_script.h"

namespace hearth::agent {

/// What else a command runs than the program that it names first.
struct Unwrapped {
  std::vector<std::string> commands;  ///< shell text to take apart in its turn
  std::string unclear;                ///< why that is not known, or empty
};

/// Finds the program behind `env`, `timeout`, `nohup`, `xargs`, `find -exec`, `bash -c`, `eval` and
/// the like. What only changes how a program is run (`env`, `nice`, …) is taken off `part`, so that
/// rules see the program itself; the variables of `env` and `printf -v` go to its assignments.
/// `sudo` and what finds the words of a command first (`xargs`) stay, and what they run is a
/// further command. With options that may change more it is unclear.
Unwrapped unwrap(ShellPart& part);

/// "NAME=value", as it may stand before a command.
bool is_assignment(std::string_view word);

/// `word` in quotes, as one word of shell text.
std::string shell_quoted(std::string_view word);

}  // namespace hearth::agent
