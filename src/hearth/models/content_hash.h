#pragma once

#include <filesystem>
#include <string>

#include "hearth/base/error.h"

namespace hearth::models {

/// XXH3-128 of a file's content, 32 hexadecimal digits: tells two models apart, and protects
/// against nobody. Remembered by path, size and time of change in `memory`, a JSON file that may be
/// missing or lost, so that a large model is read once. Errors: io.
Result<std::string> content_hash(const std::filesystem::path& file,
                                 const std::filesystem::path& memory);

}  // namespace hearth::models
