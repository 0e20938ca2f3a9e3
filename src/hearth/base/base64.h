#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hearth {

/// RFC 4648, section 4, with padding and without line ends.
std::string to_base64(std::string_view bytes);

/// The bytes again; empty if `text` is not such a text.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace hearth
