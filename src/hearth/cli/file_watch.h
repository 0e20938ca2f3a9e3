#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <thread>

#include "hearth/base/descriptor.h"
#include "hearth/base/error.h"

namespace hearth::cli {

/// Tells when a file was written or replaced, as editors do, some time after it has come to rest
/// (inotify on its folder).
class FileWatch {
 public:
  /// `changed` is called from a thread of its own. Errors: io if the folder cannot be watched.
  static Result<std::unique_ptr<FileWatch>> start(const std::filesystem::path& file,
                                                  std::function<void()> changed);
  ~FileWatch();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

 private:
  FileWatch(Descriptor events, Descriptor end) : events_(std::move(events)), end_(std::move(end)) {}
  void run(const std::string& name, const std::function<void()>& changed);
  /// Whether one of the events that are waiting is of a file of that name.
  bool names_it(const std::string& name);

  Descriptor events_;
  Descriptor end_;
  std::thread thread_;
};

}  // namespace hearth::cli
