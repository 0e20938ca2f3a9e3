#include "hearth/base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <cerrno>

namespace hearth {
namespace {

struct Descriptor {
  int fd = -1;
  explicit Descriptor(int value) : fd(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

std::string system_reason(int errno_value) {
  return std::error_code(errno_value, std::generic_category()).message();
}

Result<std::string> read_file(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd < 0) {
    const auto kind = errno == ENOENT ? ErrorKind::not_found : ErrorKind::io;
    return fail(kind, fmt::format("cannot read {}: {}", path.string(), system_reason(errno)));
  }
  std::string content;
  struct stat info{};
  if (::fstat(file.fd, &info) == 0 && info.st_size > 0) {
    content.reserve(static_cast<std::size_t>(info.st_size));
  }
  char buffer[65536];
  while (true) {
    const ssize_t got = ::read(file.fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return fail(ErrorKind::io,
                  fmt::format("cannot read {}: {}", path.string(), system_reason(errno)));
    }
    if (got == 0) return content;
    content.append(buffer, static_cast<std::size_t>(got));
  }
}

Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view content) {
  std::error_code ec;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), ec);
  std::string temporary = path.string() + ".XXXXXX";
  const auto refuse = [&](int reason) {
    return fail(ErrorKind::io,
                fmt::format("cannot write {}: {}", path.string(), system_reason(reason)));
  };
  const Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (file.fd < 0) return refuse(errno);

  struct stat info{};
  const bool exists = ::stat(path.c_str(), &info) == 0;
  const mode_t mask = ::umask(0);
  ::umask(mask);
  const mode_t mode = exists ? (info.st_mode & 07777) : (0666 & ~mask);
  if (::fchmod(file.fd, mode) != 0 || !write_all(file.fd, content) || ::fsync(file.fd) != 0 ||
      ::rename(temporary.c_str(), path.c_str()) != 0) {
    const int reason = errno;
    ::unlink(temporary.c_str());
    return refuse(reason);
  }
  return {};
}

}  // namespace hearth
