#include "hearth/models/part_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "hearth/base/file.h"
#include "hearth/base/sha256.h"
#include "hearth/models/byte_size.h"

namespace hearth::models {
namespace {

constexpr std::uint64_t space_to_leave = 100'000'000;

void sync_folder(const std::filesystem::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

}  // namespace

PartFile::PartFile(std::filesystem::path path, int fd, std::uint64_t size)
    : path_(std::move(path)), fd_(fd), size_(size) {}

PartFile::PartFile(PartFile&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)), size_(other.size_) {}

PartFile::~PartFile() {
  if (fd_ >= 0) ::close(fd_);
}

std::unexpected<Error> PartFile::refuse(std::string_view doing) const {
  if (errno == ENOSPC || errno == EDQUOT) {
    return fail(ErrorKind::io,
                fmt::format("The disk is full: {} holds {} so far. Make room and run "
                            "the same command again; it goes on from there.",
                            path_.string(), file_size_in_words(size_)));
  }
  return fail(ErrorKind::io,
              fmt::format("cannot {} {}: {}", doing, path_.string(), system_reason(errno)));
}

Result<PartFile> PartFile::open(std::filesystem::path path) {
  std::error_code ec;
  std::filesystem::create_directories(path.parent_path(), ec);
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  PartFile part(std::move(path), fd, 0);
  if (fd < 0) return part.refuse("write");
  const off_t end = ::lseek(fd, 0, SEEK_END);
  if (end < 0) return part.refuse("write");
  part.size_ = static_cast<std::uint64_t>(end);
  return part;
}

Result<void> PartFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(size_));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return refuse("write");
    size_ += static_cast<std::uint64_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> PartFile::truncate(std::uint64_t size) {
  if (::ftruncate(fd_, static_cast<off_t>(size)) != 0) return refuse("shorten");
  size_ = size;
  return {};
}

Result<void> PartFile::sync() {
  if (::fdatasync(fd_) != 0) return refuse("write");
  return {};
}

Result<std::string> PartFile::sha256(const ProgressCallback& progress,
                                     const std::stop_token& stop) {
  Sha256 hash;
  std::vector<char> buffer(4U << 20);
  std::uint64_t done = 0;
  while (done < size_) {
    if (stop.stop_requested()) return fail(ErrorKind::cancelled, "stopped");
    const ssize_t got = ::pread(fd_, buffer.data(), buffer.size(), static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return refuse("read");
    if (got == 0) break;
    hash.update({buffer.data(), static_cast<std::size_t>(got)});
    done += static_cast<std::uint64_t>(got);
    if (progress) progress({FetchStage::verify, "", done, size_, ""});
  }
  return hash.finish();
}

Result<void> PartFile::publish(const std::filesystem::path& destination) {
  if (auto synced = sync(); !synced) return synced;
  if (::rename(path_.c_str(), destination.c_str()) != 0) return refuse("move into place");
  sync_folder(destination.parent_path());
  return {};
}

void PartFile::remove() {
  ::unlink(path_.c_str());
}

Result<void> require_space(const std::filesystem::path& folder, std::uint64_t bytes) {
  std::error_code ec;
  const auto space = std::filesystem::space(folder, ec);
  if (ec || space.available >= space_to_leave + bytes) return {};
  return fail(ErrorKind::io,
              fmt::format("The disk is too small: {} are needed in {}, {} are free. Make room, or "
                          "set XDG_DATA_HOME to a folder on a larger disk.",
                          file_size_in_words(bytes + space_to_leave), folder.string(),
                          file_size_in_words(space.available)));
}

}  // namespace hearth::models
