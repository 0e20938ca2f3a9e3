#pragma once

#include <string>
#include <string_view>

#include "hearth/base/error.h"

namespace hearth::gateway {

/// Undoes a request body's Content-Encoding: "", "identity", "gzip", "x-gzip", "deflate" or "zstd".
/// Stops at `limit` bytes, so that a small body cannot grow without bound.
/// Errors: invalid_request for a broken body or an unknown encoding; too_large.
Result<std::string> decode_body(std::string_view body, std::string_view encoding,
                                std::size_t limit);

}  // namespace hearth::gateway
