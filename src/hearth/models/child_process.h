#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "hearth/base/error.h"

namespace hearth::models {

struct ChildProcess {
  std::vector<std::string> command;  ///< found on PATH; no shell reads it
  std::vector<std::pair<std::string, std::string>> environment;  ///< set over our own
  std::function<void()> on_tick;  ///< called about five times a second; may be empty
};

struct ChildEnd {
  int exit_code = -1;  ///< 128 + the signal's number if a signal ended it
  std::string output;  ///< the end of stdout and stderr together, at most 8 KiB
};

/// Runs a program to its end, in a process group of its own and without input. When `stop` is
/// requested the whole group is ended.
/// Errors: not_found if there is no such program, cancelled, io.
Result<ChildEnd> run_child(const ChildProcess& child, const std::stop_token& stop);

}  // namespace hearth::models
