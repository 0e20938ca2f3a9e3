#pragma once

#include <string>
#include <string_view>

namespace hearth {

/// As much of `text` (UTF-8, one column a character) as fits into one line of the terminal `fd`, so
/// that a carriage return goes back to its beginning: a line that wraps stays. Where the width is
/// unknown, 80 columns.
std::string cut_to_line(std::string_view text, int fd);

}  // namespace hearth
