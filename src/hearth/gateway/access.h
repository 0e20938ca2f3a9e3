#pragma once

#include <string_view>

#include "hearth/gateway/exchange.h"

namespace hearth::gateway {

/// Checks `x-api-key` or `Authorization: Bearer` against the server's keys, in constant time.
/// Errors: unauthorized.
Result<void> check_key(const Exchange& exchange);

/// Keeps web pages out, which a browser lets send requests to this machine, too: a page of another
/// site (`Origin`), unless the configuration allows it, and one whose name was made to mean this
/// machine (`Host`), where no key would stop it. Errors: forbidden.
Result<void> check_origin(const Exchange& exchange);

/// The origin of the page that asks, if the configuration allows it by name; else empty.
std::string_view allowed_origin(const Exchange& exchange);

/// True for addresses that only this machine can reach.
bool is_loopback(std::string_view host);

}  // namespace hearth::gateway
