#include "hearth/kv/disk_read.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "hearth/base/descriptor.h"
#include "hearth/base/file.h"

namespace hearth::kv {
namespace {

/// Most headers are shorter.
constexpr std::size_t first_read = std::size_t{16} << 10;
/// What is read and summed at a time: fits into a core's cache.
constexpr std::size_t piece = std::size_t{1} << 20;
/// How far the system is asked to read ahead. A request is cut to what the device takes at once, so
/// that it is repeated piece by piece.
constexpr std::size_t read_ahead = std::size_t{8} << 20;

struct OpenFile {
  Descriptor descriptor;
  std::uint64_t size = 0;
};

std::unexpected<Error> refused(int reason) {
  const auto kind = reason == ENOENT ? ErrorKind::not_found : ErrorKind::io;
  return fail(kind, fmt::format("cannot be read: {}", system_reason(reason)));
}

std::unexpected<Error> damaged(std::string why) {
  return fail(ErrorKind::invalid_request, std::move(why));
}

Result<OpenFile> open_file(const std::filesystem::path& path) {
  Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!descriptor.is_open()) return refused(errno);
  struct stat info{};
  if (::fstat(descriptor.fd(), &info) != 0) return refused(errno);
  return OpenFile{std::move(descriptor), static_cast<std::uint64_t>(info.st_size)};
}

Result<void> read_at(int fd, std::span<std::byte> into, std::uint64_t offset) {
  while (!into.empty()) {
    const ssize_t got = ::pread(fd, into.data(), into.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return refused(errno);
    if (got == 0) return damaged("is cut off");
    into = into.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
  return {};
}

Result<DiskHeader> header_of(const OpenFile& file, const std::filesystem::path& path,
                             const Key& fingerprint) {
  if (file.size < disk_header_front) return damaged("is cut off");
  std::vector<std::byte> bytes(std::min<std::uint64_t>(file.size, first_read));
  if (auto read = read_at(file.descriptor.fd(), bytes, 0); !read) return pass_on(read);

  auto length = disk_header_bytes(std::span(bytes).first<disk_header_front>(), fingerprint);
  if (!length) return pass_on(length);
  if (*length > file.size) return damaged("is cut off");
  const std::size_t have = bytes.size();
  bytes.resize(*length);
  if (*length > have) {
    auto read = read_at(file.descriptor.fd(), std::span(bytes).subspan(have), have);
    if (!read) return pass_on(read);
  }

  auto header = decode_disk_header(bytes, fingerprint);
  if (!header) return pass_on(header);
  const std::uint64_t payload_bytes = file.size - header->bytes;
  if (payload_bytes < header->entry.bytes) return damaged("is cut off");
  if (payload_bytes > header->entry.bytes) return damaged("is longer than it should be");
  if (path.filename() != disk_file_name(header->key, header->entry.kind)) {
    return damaged("does not have the name of what it holds");
  }
  return header;
}

}  // namespace

Result<DiskHeader> read_disk_header(const std::filesystem::path& path, const Key& fingerprint) {
  auto file = open_file(path);
  if (!file) return pass_on(file);
  // Without this the system reads ahead into the payload.
  ::posix_fadvise(file->descriptor.fd(), 0, 0, POSIX_FADV_RANDOM);
  return header_of(*file, path, fingerprint);
}

Result<BlobPtr> read_disk_payload(const std::filesystem::path& path, const Key& fingerprint) {
  auto file = open_file(path);
  if (!file) return pass_on(file);
  const int fd = file->descriptor.fd();
  ::posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  auto header = header_of(*file, path, fingerprint);
  if (!header) return pass_on(header);

  const std::size_t size = header->entry.bytes;
  auto [blob, data] = Blob::of_size(size);
  RunningChecksum sum;
  std::size_t asked = 0;
  for (std::size_t at = 0; at < size; at += piece) {
    for (; asked < std::min(at + read_ahead, size); asked += piece) {
      ::posix_fadvise(fd, static_cast<off_t>(header->bytes + asked), piece, POSIX_FADV_WILLNEED);
    }
    const std::span<std::byte> part(data + at, std::min(piece, size - at));
    if (auto read = read_at(fd, part, header->bytes + at); !read) return pass_on(read);
    sum.add(part);
  }
  ::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  if (sum.sum() != header->payload) return damaged("has a damaged payload");
  return blob;
}

}  // namespace hearth::kv
