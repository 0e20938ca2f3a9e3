#pragma once

#include "hearth/gateway/exchange.h"

namespace hearth::gateway {

/// Answers one request: checks the key, finds the endpoint, runs it. Every outcome is a response.
boost::asio::awaitable<void> handle(Exchange& exchange);

}  // namespace hearth::gateway
