#pragma once

#include <string_view>

namespace hearth::router {

/// Whether the whole `text` is what `pattern` means: `*` is any text, `?` any one byte, everything
/// else itself. O(text × stars) at most.
bool glob_matches(std::string_view pattern, std::string_view text);

}  // namespace hearth::router
