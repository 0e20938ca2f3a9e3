#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>

#include "hearth/base/error.h"
#include "hearth/models/transfer.h"

namespace hearth::models {

/// The beginning of a file that is being fetched. What it holds is always a prefix of the whole, in
/// whatever way it came, so any source can go on where another one stopped.
class PartFile {
 public:
  /// Opens or makes it, with its folder. Errors: io.
  static Result<PartFile> open(std::filesystem::path path);
  ~PartFile();
  PartFile(PartFile&& other) noexcept;
  PartFile& operator=(PartFile&&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }

  /// Errors: io, with a message of its own when the disk is full.
  Result<void> append(std::string_view bytes);
  Result<void> truncate(std::uint64_t size);
  /// Returns when everything appended is on the disk.
  Result<void> sync();
  /// SHA-256 of what is there. Errors: io, cancelled.
  Result<std::string> sha256(const ProgressCallback& progress, const std::stop_token& stop);
  /// Moves the file to `destination` (same file system): a reader sees the whole file or none.
  Result<void> publish(const std::filesystem::path& destination);
  void remove();

 private:
  PartFile(std::filesystem::path path, int fd, std::uint64_t size);
  [[nodiscard]] std::unexpected<Error> refuse(std::string_view doing) const;

  std::filesystem::path path_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
};

/// Errors: io, saying how much is missing, unless `bytes` more fit into `folder` with a little left
/// over for everybody else.
Result<void> require_space(const std::filesystem::path& folder, std::uint64_t bytes);

}  // namespace hearth::models
