#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "hearth/agent/shell/shell_script.h"

namespace hearth::agent {

/// Where a command begins, and the folder that it is to stay in. Both may be empty: the program's
/// own.
struct ShellFolders {
  std::filesystem::path root = {};
  std::filesystem::path start = {};
};

/// `name` as a command that runs in `folder` means it.
std::filesystem::path path_meant(const std::string& name, const std::filesystem::path& folder);

/// The folders that a command may be in before one of its parts: each `cd` may have failed, or
/// may have been a subshell's.
class ShellPlaces {
 public:
  /// Before its first part.
  ShellPlaces(const ShellScript& script, const std::filesystem::path& start);
  /// Goes on behind `part`.
  void pass(const ShellPart& part);
  [[nodiscard]] const std::vector<std::filesystem::path>& folders() const { return folders_; }
  /// Whether there are no others.
  [[nodiscard]] bool complete() const { return complete_; }

 private:
  std::vector<std::filesystem::path> folders_;
  bool complete_ = true;
};

}  // namespace hearth::agent
