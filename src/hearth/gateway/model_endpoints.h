#pragma once

#include "hearth/gateway/exchange.h"

namespace hearth::gateway {

boost::asio::awaitable<void> get_models(Exchange& exchange);
boost::asio::awaitable<void> get_model(Exchange& exchange, std::string_view id);
/// In Prometheus' text format.
boost::asio::awaitable<void> get_metrics(Exchange& exchange);
/// 200 {"status":"ok"}; 503 {"status":"loading model"} while one is being loaded.
boost::asio::awaitable<void> get_health(Exchange& exchange);

}  // namespace hearth::gateway
