#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hearth::agent {

/// "\r\n" or "\n": how the line ends that `at` is in; where it has no end, the line before.
std::string_view line_end_at(std::string_view text, std::size_t at);

/// `text` with `end` in the place of each line feed that stands alone.
std::string with_line_ends(std::string_view text, std::string_view end);

/// Whether some line of `text` ends without a carriage return.
bool has_lone_line_feed(std::string_view text);

}  // namespace hearth::agent
