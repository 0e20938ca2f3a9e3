#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "hearth/agent/process.h"
#include "hearth/agent/sandbox/sandbox.h"
#include "hearth/base/temporary_folder.h"

namespace hearth::agent {

/// A file with new content, to be tried.
struct Change {
  std::string file;  ///< relative to the folder
  std::string content;
};

/// Makes a change in the folder it is given: a copy. Errors: what is in the way of it.
using MakeChange = std::function<Result<void>(const std::filesystem::path& copy)>;
MakeChange write_files(std::vector<Change> changes);

/// A copy of a folder in a temporary place, removed with this object. History and caches are left
/// out; dependencies (node_modules, virtual environments) are linked, not copied.
class FolderCopy {
 public:
  /// Errors: io (no room, unreadable).
  static Result<FolderCopy> make(const std::filesystem::path& folder);
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  explicit FolderCopy(TemporaryFolder base);
  TemporaryFolder base_;
  std::filesystem::path path_;
};

struct TrialSandbox {
  SandboxSettings settings;
  std::vector<std::string> environment;  ///< "NAME=value" for the check
};

/// What says whether a change is right.
struct TrialCheck {
  std::string line;  ///< a shell command
  std::chrono::milliseconds timeout{60'000};
  std::optional<TrialSandbox> sandbox = {};  ///< nothing: it runs as a command of the user's
};

/// Runs `check` in a copy of `folder` that was changed by `change` (may be empty). Errors: those of
/// `change`; io; unavailable if there is to be a sandbox and it does not work.
Result<CommandResult> run_trial(const std::filesystem::path& folder, const MakeChange& change,
                                const TrialCheck& check, const std::stop_token& stop);

/// Trials that run beside the caller, a few at a time, in the order they came.
class TrialQueue {
 public:
  struct Done {
    std::size_t id = 0;
    Result<CommandResult> result;
  };

  TrialQueue(std::filesystem::path folder, TrialCheck check, std::size_t parallel);
  /// Ends what is still running.
  ~TrialQueue();
  TrialQueue(const TrialQueue&) = delete;
  TrialQueue& operator=(const TrialQueue&) = delete;

  /// `change` is called on another thread.
  void submit(std::size_t id, MakeChange change);
  /// What has ended since the last call.
  std::vector<Done> take_done();
  /// Waiting, running, or not taken yet.
  [[nodiscard]] std::size_t pending() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hearth::agent
