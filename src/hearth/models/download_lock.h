#pragma once

#include <filesystem>
#include <string_view>

#include "hearth/base/error.h"

namespace hearth::models {

/// Held while a file is being fetched, so that two processes never write the same part file. The
/// system drops it when the process ends, however it ends.
class DownloadLock {
 public:
  /// Errors: overloaded if another process holds it (the message names `what` and that process);
  /// io.
  static Result<DownloadLock> take(const std::filesystem::path& path, std::string_view what);
  ~DownloadLock();
  DownloadLock(DownloadLock&& other) noexcept;
  DownloadLock& operator=(DownloadLock&&) = delete;

 private:
  DownloadLock(std::filesystem::path path, int fd);

  std::filesystem::path path_;
  int fd_ = -1;
};

}  // namespace hearth::models
