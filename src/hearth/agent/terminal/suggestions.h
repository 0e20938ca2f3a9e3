#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/agent/context/setting_sources.h"
#include "hearth/agent/terminal/completion.h"
#include "hearth/agent/terminal/file_index.h"
#include "hearth/base/clock.h"

namespace hearth::agent {

/// The commands and files that are suggested for work in a folder.
class Suggestions {
 public:
  /// `changed` is called from any thread when there are more files.
  Suggestions(std::filesystem::path folder, const SettingSources& sources,
              std::function<void()> changed)
      : folder_(std::move(folder)), sources_(sources), changed_(std::move(changed)) {}

  [[nodiscard]] std::vector<Suggestion> commands() const;
  /// The files are listed when they are first asked for, and again now and then.
  std::vector<std::string> files(std::string_view typed);
  /// Whether there have been more files since the last call.
  bool take_change() { return more_files_.exchange(false); }

 private:
  std::filesystem::path folder_;
  SettingSources sources_;
  std::function<void()> changed_;
  std::atomic<bool> more_files_ = false;
  Clock::time_point listed_;
  std::unique_ptr<FileIndex> files_;  ///< last: its thread uses the others
};

}  // namespace hearth::agent
