#pragma once

#include <string>
#include <string_view>

namespace hearth {

/// A new identifier: `prefix` and 24 random characters of [0-9A-Za-z] (142 bits), such as
/// "msg_4tRk…". Unique per call, also across processes.
std::string new_id(std::string_view prefix);

/// A new random UUID (RFC 9562, version 4).
std::string new_uuid();

}  // namespace hearth
