#pragma once

#include "hearth/gateway/exchange.h"

namespace hearth::gateway {

/// What KV state the loaded models keep: totals by tier, and of each model's conversations the
/// likeliest to be kept, at most 100.
boost::asio::awaitable<void> get_cache(Exchange& exchange);
/// {"model": name}, or every loaded model without one: forgets its KV state in all tiers, but for
/// what requests use just now.
boost::asio::awaitable<void> post_cache_clear(Exchange& exchange);
/// {"model": name}, or every local model without one: loads it, and begins to bring what is likely
/// to be wanted from disk into memory.
boost::asio::awaitable<void> post_cache_warm(Exchange& exchange);

}  // namespace hearth::gateway
