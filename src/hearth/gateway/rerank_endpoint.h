#pragma once

#include "hearth/gateway/exchange.h"

namespace hearth::gateway {

/// Documents ranked by a local model that is made for it, or by a remote one.
boost::asio::awaitable<void> post_rerank(Exchange& exchange);

}  // namespace hearth::gateway
