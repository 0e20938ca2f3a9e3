#pragma once

#include <string>
#include <string_view>

namespace hearth::router {

/// How a key is kept: "sha256:" and 64 hexadecimal digits.
std::string key_hash(std::string_view key);

/// The same of what stands in a configuration: the key, or its hash already.
std::string stored_key_hash(std::string_view text);

}  // namespace hearth::router
