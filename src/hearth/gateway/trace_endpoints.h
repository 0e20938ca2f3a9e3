#pragma once

#include "hearth/gateway/exchange.h"

namespace hearth::gateway {

/// {"recording": bool, "folder": PATH, "sessions": N, "requests": N}
boost::asio::awaitable<void> get_trace(Exchange& exchange);
/// Begin and end recording what local models serve, as block hashes and times, never text. The
/// server chooses the folder. Both answer as get_trace.
boost::asio::awaitable<void> post_trace_start(Exchange& exchange);
boost::asio::awaitable<void> post_trace_stop(Exchange& exchange);

}  // namespace hearth::gateway
