#pragma once

#include <filesystem>
#include <future>
#include <string>
#include <vector>

#include "hearth/agent/session/checkpoints.h"

namespace hearth::agent {

/// The states of the files between a session's steps. They are taken while the model answers, so
/// that no step waits for them. One thread at a time.
class FileStates {
 public:
  FileStates(const std::filesystem::path& store, std::filesystem::path folder)
      : checkpoints_(store, std::move(folder)) {}

  /// As they are now. Errors: those of Checkpoints.
  Result<std::string> take(const std::string& label);
  /// Begins to take them as they are now, if something has changed since the last time.
  void take_ahead(const std::string& label);
  /// As they were when they were last taken, if nothing has changed them since, else as they are
  /// now. Errors: those of Checkpoints; unavailable in a folder so large that taking them at each
  /// step would slow the work down.
  Result<std::string> latest(const std::string& label);
  /// Something is about to change them.
  void changed() { taken_.clear(); }

  /// Errors: those of Checkpoints.
  Result<Checkpoints::Restored> restore(const std::string& state);
  Result<std::string> diff(const std::string& state);

 private:
  struct Taken {
    Result<std::string> state;
    double ms = 0;
  };
  Taken timed(const std::string& label);
  void note(const Taken& taken);
  /// Waits for what take_ahead has begun.
  void join();

  Checkpoints checkpoints_;
  std::string taken_;  ///< the state that the files are in; empty: not known
  bool slow_ = false;
  std::future<Taken> ahead_;
};

}  // namespace hearth::agent
