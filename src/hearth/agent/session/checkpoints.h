#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "hearth/base/error.h"

namespace hearth::agent {

/// States of the folder's files, kept in a git repository of our own beside the user's, which is
/// never touched. What the folder's `.gitignore` names is not kept, nor restored.
class Checkpoints {
 public:
  /// The repository is `store`/<hash of the folder>; made at the first checkpoint.
  Checkpoints(const std::filesystem::path& store, std::filesystem::path folder);

  /// Keeps the files as they are; returns the state's name. Errors: unavailable without git; io.
  Result<std::string> take(const std::string& label);

  struct Restored {
    std::vector<std::string> changed;  ///< files that were written or deleted
    std::string before;                ///< the state that was, to come back to it
  };
  /// Makes the files what they were at `state`. Errors: not_found, io; then nothing was changed, or
  /// the message says what.
  Result<Restored> restore(const std::string& state);

  /// What changed since `state`, as a unified diff. Errors as above.
  Result<std::string> diff(const std::string& state);

 private:
  /// What it wrote to standard output and, if it failed, all that it said. Errors: unavailable; io.
  struct Said {
    std::string output;
    std::string problems;
    int exit_code = 0;
  };
  Result<Said> run_git(const std::vector<std::string>& arguments, const std::string& input);
  /// The output. Errors: as above, and where git fails.
  Result<std::string> git(const std::vector<std::string>& arguments, const std::string& input = {});
  /// All files, also those of repositories inside the folder.
  Result<void> add_all();
  /// Makes git see the files of these repositories; false if there is nothing new to see.
  bool open_repositories(const std::vector<std::string>& names);
  Result<void> prepare();
  /// Once there are very many, the oldest states are given up.
  void forget_old_states();
  Result<std::string> keep(const std::string& label);

  std::filesystem::path repository_;
  std::filesystem::path folder_;
  bool prepared_ = false;
};

}  // namespace hearth::agent
