#include "hearth/base/temporary_folder.h"

#include <fmt/format.h>

#include <cerrno>
#include <string>
#include <utility>

#include <stdlib.h>

#include "hearth/base/file.h"

namespace hearth {

namespace fs = std::filesystem;

Result<TemporaryFolder> TemporaryFolder::make() {
  std::error_code ec;
  std::string name = (fs::temp_directory_path(ec) / "hearth-XXXXXX").string();
  if (ec || ::mkdtemp(name.data()) == nullptr) {
    return fail(ErrorKind::io, fmt::format("cannot make a temporary folder: {}. Set TMPDIR to a "
                                           "folder that can be written.",
                                           ec ? ec.message() : system_reason(errno)));
  }
  return TemporaryFolder(fs::path(name));
}

TemporaryFolder::TemporaryFolder(fs::path path) : path_(std::move(path)) {}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ec;
  if (!path_.empty()) fs::remove_all(path_, ec);
}

}  // namespace hearth
