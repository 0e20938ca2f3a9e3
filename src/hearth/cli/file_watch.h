#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "hearth/base/descriptor.h"
#include "hearth/base/error.h"

namespace hearth::cli {

/// Tells when one of some files was written, replaced or made, as editors do it, some time after it
/// has come to rest (inotify on the folders). Of a symbolic link, and of one on the way to a file,
/// both ends are watched.
class FileWatch {
 public:
  using Files = std::function<std::vector<std::filesystem::path>()>;

  /// `files`: which they are now; they need not be there. Asked again after each change. Both are
  /// called from a thread of the watch's own, `files` also from here.
  /// Errors: io if nothing can be watched.
  static Result<std::unique_ptr<FileWatch>> start(Files files, std::function<void()> changed);
  ~FileWatch();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

 private:
  FileWatch(Descriptor events, Descriptor end) : events_(std::move(events)), end_(std::move(end)) {}
  void run(const Files& files, const std::function<void()>& changed);
  /// Watches these, and nothing else any more. False if none of their folders can be.
  bool watch(const std::vector<std::filesystem::path>& files);
  /// Whether one of the events that are waiting is of a name that is watched.
  bool names_one();

  Descriptor events_;
  Descriptor end_;
  std::map<int, std::set<std::string, std::less<>>> names_;  ///< by the watch of their folder
  std::thread thread_;
};

}  // namespace hearth::cli
