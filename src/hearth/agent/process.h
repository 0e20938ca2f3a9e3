#pragma once

#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "hearth/base/error.h"

namespace hearth::agent {

struct Command {
  std::string line;  ///< run by `/bin/sh -c`
  std::filesystem::path folder;
  std::chrono::milliseconds timeout{120'000};
  std::size_t max_output = 200'000;  ///< bytes kept; what exceeds it is dropped from the middle
  std::vector<std::string> environment = {};  ///< additional "NAME=value" entries
  std::vector<std::string> unset = {};        ///< names of variables it does not get
  std::vector<std::string> words = {};        ///< run instead of `line`, if there are any
  std::string input = {};                     ///< what it can read on its standard input
  /// Where all of the output goes as it comes, as bytes, up to 64 MiB; empty for nowhere.
  std::filesystem::path full_output = {};
};

struct CommandResult {
  enum class End { exited, timed_out, cancelled };
  End end = End::exited;
  int exit_code = 0;   ///< 128 + N after signal N
  std::string output;  ///< stdout and stderr as they came, valid UTF-8, without terminal escapes
  bool cut = false;    ///< `output` lacks something in its middle
  double seconds = 0;
  [[nodiscard]] bool passed() const { return end == End::exited && exit_code == 0; }
};

/// Runs a command in a process group of its own, without a terminal and with no colours asked for.
/// At the time limit, when `stop` is requested, and when the shell has ended but left something
/// running that holds its output open, the whole group is killed. Errors: io, when the process
/// could not be started.
Result<CommandResult> run_command(const Command& command, const std::stop_token& stop);

}  // namespace hearth::agent
