#include "hearth/models/download_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "hearth/base/file.h"

namespace hearth::models {
namespace {

/// The holder before us may have removed the file between our open and our flock; then what we
/// locked is no longer what others will open.
bool is_still_at(int fd, const std::filesystem::path& path) {
  struct stat ours{};
  struct stat there{};
  return ::fstat(fd, &ours) == 0 && ::stat(path.c_str(), &there) == 0 &&
         ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
}

std::string holder(int fd) {
  char text[32] = {};
  const ssize_t got = ::pread(fd, text, sizeof text - 1, 0);
  return got > 0 ? fmt::format(" (process {})", text) : "";
}

}  // namespace

DownloadLock::DownloadLock(std::filesystem::path path, int fd) : path_(std::move(path)), fd_(fd) {}

DownloadLock::DownloadLock(DownloadLock&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}

DownloadLock::~DownloadLock() {
  if (fd_ < 0) return;
  ::unlink(path_.c_str());
  ::close(fd_);
}

Result<DownloadLock> DownloadLock::take(const std::filesystem::path& path, std::string_view what) {
  std::error_code ec;
  std::filesystem::create_directories(path.parent_path(), ec);
  while (true) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) {
      return fail(ErrorKind::io,
                  fmt::format("cannot write {}: {}", path.string(), system_reason(errno)));
    }
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
      auto refused = fail(ErrorKind::overloaded,
                          fmt::format("Another hearth{} is fetching {} already. Wait for it, or "
                                      "stop it and run this again.",
                                      holder(fd), what));
      ::close(fd);
      return refused;
    }
    if (!is_still_at(fd, path)) {
      ::close(fd);
      continue;
    }
    const std::string pid = std::to_string(::getpid());
    // The number is only for the other's message.
    if (::ftruncate(fd, 0) == 0) std::ignore = ::pwrite(fd, pid.data(), pid.size(), 0);
    return DownloadLock(path, fd);
  }
}

}  // namespace hearth::models
