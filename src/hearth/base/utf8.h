#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hearth {

/// How many bytes at the end of `text` are the beginning of a code point that is not yet whole
/// (0 to 3). A stream holds these back until the rest has arrived.
std::size_t incomplete_utf8_tail(std::string_view text);

/// `text` with every byte that is not part of valid UTF-8 replaced by U+FFFD.
std::string to_valid_utf8(std::string_view text);

bool is_valid_utf8(std::string_view text);

/// As much of the beginning of `text` (UTF-8) as fits into `most` bytes, in whole code points.
std::string_view utf8_prefix(std::string_view text, std::size_t most);

}  // namespace hearth
