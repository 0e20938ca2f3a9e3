#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "hearth/base/error.h"
#include "hearth/kv/disk_format.h"

namespace hearth::kv {

struct DiskScan {
  /// By begin: parents stand before what follows them.
  std::vector<DiskHeader> entries;
  std::vector<std::string> warnings;
};

/// What a folder of the disk store holds: headers and tokens are read, payloads are not. Unfinished
/// files are deleted, damaged and foreign ones set aside with a warning each, at most
/// `max_warnings` and one that counts the rest. Files with other names are left alone.
/// REQUIRES: the folder is claimed. Errors: io.
[[nodiscard]] Result<DiskScan> scan_disk_folder(const std::filesystem::path& folder,
                                                const Key& fingerprint,
                                                std::size_t max_warnings = 5);

}  // namespace hearth::kv
