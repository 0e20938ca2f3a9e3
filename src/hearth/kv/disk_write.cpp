#include "hearth/kv/disk_write.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "hearth/base/descriptor.h"
#include "hearth/base/file.h"
#include "hearth/kv/disk_format.h"

namespace hearth::kv {
namespace {

bool is_full(int reason) {
  return reason == ENOSPC || reason == EDQUOT;
}

/// 0, or why not.
int write_all(int fd, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return 0;
}

int write_complete(int fd, std::span<const std::byte> header, std::span<const std::byte> payload) {
  // Says at once that there is no room, and keeps the file in one piece. Not every file system can,
  // which is no reason not to write.
  const auto size = static_cast<off_t>(header.size() + payload.size());
  if (::fallocate(fd, 0, 0, size) != 0 && is_full(errno)) return errno;
  if (const int reason = write_all(fd, header); reason != 0) return reason;
  if (const int reason = write_all(fd, payload); reason != 0) return reason;
  return ::fdatasync(fd) == 0 ? 0 : errno;
}

}  // namespace

Result<void> write_disk_file(const std::filesystem::path& folder, const Key& fingerprint,
                             const Key& key, const EntryInfo& entry,
                             std::span<const std::byte> payload) {
  const std::string name = disk_file_name(key, entry.kind);
  const std::filesystem::path path = folder / name;
  const std::filesystem::path unfinished = folder / unfinished_name(name);
  const auto header = encode_disk_header(fingerprint, entry, checksum(payload));

  int reason = 0;
  const Descriptor file(::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!file.is_open()) {
    reason = errno;
  } else {
    reason = write_complete(file.fd(), header, payload);
    if (reason == 0 && ::rename(unfinished.c_str(), path.c_str()) != 0) reason = errno;
    if (reason != 0) ::unlink(unfinished.c_str());
  }
  if (reason != 0) {
    return fail(is_full(reason) ? ErrorKind::too_large : ErrorKind::io,
                fmt::format("cannot write {}: {}", path.string(), system_reason(reason)));
  }
  ::posix_fadvise(file.fd(), 0, 0, POSIX_FADV_DONTNEED);
  return {};
}

}  // namespace hearth::kv
