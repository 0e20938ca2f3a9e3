#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "hearth/base/descriptor.h"
#include "hearth/base/error.h"

namespace hearth::agent {

/// States of the folder's files, kept in a git repository of our own beside the user's, which is
/// never touched. Files are kept byte for byte. What the folder's `.gitignore` names is not kept,
/// nor restored, unless the user's git follows it when we begin. Several at once, also of other
/// processes, wait for each other.
class Checkpoints {
 public:
  /// The repository is `store`/<hash of the folder>; made at the first checkpoint.
  Checkpoints(const std::filesystem::path& store, std::filesystem::path folder);

  /// Keeps the files as they are; returns the state's name. Errors: unavailable without git, or
  /// while somebody else takes very long; io.
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
  /// Waits until nobody else uses the repository; the file that is locked as long as it is open.
  Result<Descriptor> hold() const;
  Result<Said> run(std::vector<std::string> words, const std::string& input);
  Result<Said> run_git(const std::vector<std::string>& arguments, const std::string& input);
  /// The output. Errors: as above, and where git fails.
  Result<std::string> git(const std::vector<std::string>& arguments, const std::string& input = {});
  /// All files, also those of repositories inside the folder.
  Result<void> add_all();
  /// Makes git see the files of these repositories; false if there is nothing new to see.
  bool open_repositories(const std::vector<std::string>& names);
  /// Files that the user's git follows, although they would be ignored here.
  void add_tracked_though_ignored();
  void start_index_anew();
  std::vector<std::string> ignored_among(const std::vector<std::string>& names);
  Result<void> prepare();
  /// Once there are very many, the oldest states are given up.
  void forget_old_states();
  Result<std::string> keep(const std::string& label);

  std::filesystem::path repository_;
  std::filesystem::path folder_;
  bool prepared_ = false;
};

}  // namespace hearth::agent
