#pragma once

#include <string_view>

#include "hearth/gateway/exchange.h"

namespace hearth::gateway {

/// Checks `x-api-key` or `Authorization: Bearer` against the server's key, in constant time.
/// Errors: unauthorized.
Result<void> check_key(const Exchange& exchange);

/// True for addresses that only this machine can reach.
bool is_loopback(std::string_view host);

}  // namespace hearth::gateway
