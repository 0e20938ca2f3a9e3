#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "hearth/agent/folder.h"
#include "hearth/agent/process.h"
#include "hearth/agent/sandbox/sandbox.h"
#include "hearth/agent/shell/job_output.h"
#include "hearth/base/temporary_folder.h"

namespace hearth::agent {

/// Runs a session's shell commands, in the sandbox where it works: bash where there is one, else
/// sh. The working folder of one command is where the next one begins.
class Shell {
 public:
  /// `folder` outlives it. `environment`: "NAME=value" for every command.
  Shell(const Folder& folder, SandboxSettings settings, std::vector<std::string> environment = {});
  ~Shell();
  Shell(const Shell&) = delete;
  Shell& operator=(const Shell&) = delete;

  /// Whether commands run in a sandbox; if not, why. Found out when first asked.
  [[nodiscard]] bool sandboxed();
  [[nodiscard]] std::string why_not_sandboxed();

  /// Where the next command begins.
  [[nodiscard]] const std::filesystem::path& working_folder() const { return working_; }

  /// The words that run a program of ours in the sandbox; empty where there is none.
  [[nodiscard]] std::vector<std::string> words_in_sandbox(const std::vector<std::string>& program);

  struct Ran {
    CommandResult result;
    /// A file with all of the output, as a command sees it.
    std::string output_file;
    /// What a person or the model could allow, if the sandbox was in the way, and what is new that
    /// counts outside of it; else empty.
    std::string hint;
    /// The command ended in a folder outside of the session's; the next one begins at its root.
    bool left_folder = false;
  };
  /// Errors: io.
  Result<Ran> run(const std::string& line, std::chrono::milliseconds timeout,
                  const std::stop_token& stop);

  /// Starts a command that goes on beside the others; returns its number, from 1. Errors: io.
  Result<int> start(const std::string& line);

  struct Job {
    std::string line;
    bool running = false;
    int exit_code = 0;   ///< once it has ended; 128 + N after signal N
    std::string output;  ///< the last part, valid UTF-8, without terminal escapes
  };
  /// Nothing if there is none of that number.
  [[nodiscard]] std::optional<Job> job(int number);
  /// Ends it and what it has started.
  void end_job(int number);

 private:
  struct Process {
    std::string line;
    pid_t pid = 0;
    std::unique_ptr<JobOutput> output;
    std::optional<int> status;
  };
  [[nodiscard]] Result<void> prepare();
  [[nodiscard]] std::vector<std::string> words_for(const std::string& line);
  [[nodiscard]] std::vector<std::string> unset() const;
  [[nodiscard]] std::string seen_from_inside(const std::string& file) const;
  void reap(Process& process, bool wait);

  const Folder& folder_;
  SandboxSettings settings_;
  std::vector<std::string> environment_;
  std::filesystem::path working_;
  std::optional<TemporaryFolder> scratch_;
  std::optional<Sandbox> sandbox_;
  std::map<int, Process> jobs_;
  int commands_ = 0;
};

}  // namespace hearth::agent
