#pragma once

#include <filesystem>

#include "hearth/base/error.h"

namespace hearth {

/// A new, empty folder that only this user can enter; it goes, with what is in it, when this does.
class TemporaryFolder {
 public:
  /// In $TMPDIR, else /tmp. Errors: io.
  static Result<TemporaryFolder> make();
  TemporaryFolder(TemporaryFolder&& other) noexcept;
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::filesystem::path path);

  std::filesystem::path path_;  ///< empty: moved from
};

}  // namespace hearth
