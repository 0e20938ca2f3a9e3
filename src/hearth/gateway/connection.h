#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "hearth/gateway/services.h"

namespace hearth::gateway {

/// Serves one connection, request after request, until either side ends it.
boost::asio::awaitable<void> serve_connection(boost::asio::ip::tcp::socket socket,
                                              Services& services);

/// Answers a connection beyond the limit with 503, whatever it wants, and ends it.
boost::asio::awaitable<void> turn_away(boost::asio::ip::tcp::socket socket, Services& services);

}  // namespace hearth::gateway
