#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hearth {

/// `text` with its escapes (%XX, RFC 3986) undone. Nothing if one is broken.
std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace hearth
