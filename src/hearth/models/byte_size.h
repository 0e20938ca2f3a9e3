#pragma once

#include <cstdint>
#include <string>

namespace hearth::models {

/// A file's size as people read it, in powers of ten: "1.1 GB", "98 MB", "12 kB", "7 B".
std::string file_size_in_words(std::uint64_t bytes);

}  // namespace hearth::models
