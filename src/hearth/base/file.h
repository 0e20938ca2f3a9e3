#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "hearth/base/error.h"

namespace hearth {

/// The whole file. Errors: not_found, io (with the system's reason).
Result<std::string> read_file(const std::filesystem::path& path);

/// Replaces `path` with `content` so that a reader sees the old file or the new one, never a part:
/// a temporary file beside it, fsync, rename. An existing file keeps its permission bits; missing
/// folders are made. Errors: io; nothing is left behind.
Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// "No such file or directory (/etc/x)": the reason of `errno_value`, in words.
std::string system_reason(int errno_value);

}  // namespace hearth
