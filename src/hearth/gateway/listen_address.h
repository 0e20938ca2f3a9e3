#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hearth/base/error.h"

namespace hearth::gateway {

struct ListenAddress {
  std::string host;                   ///< an IP address, version 4 or 6
  std::optional<std::uint16_t> port;  ///< not set: that of the server
};

/// "127.0.0.1", "127.0.0.1:8484", "::1", "[::1]:8484", "localhost". Errors: invalid_request with
/// what to give instead.
Result<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace hearth::gateway
