#pragma once

#include "hearth/gateway/exchange.h"

namespace hearth::gateway {

boost::asio::awaitable<void> get_models(Exchange& exchange);
boost::asio::awaitable<void> get_model(Exchange& exchange, std::string_view id);
/// {"content": text, "add_special": bool, "parse_special": bool, "model"} → {"tokens": […]}, as
/// llama.cpp's server has it.
boost::asio::awaitable<void> post_tokenize(Exchange& exchange);
/// {"tokens": […], "model"} → {"content": text}
boost::asio::awaitable<void> post_detokenize(Exchange& exchange);
/// In Prometheus' text format.
boost::asio::awaitable<void> get_metrics(Exchange& exchange);
/// 200 {"status":"ok"}; 503 {"status":"loading model"} while one is being loaded.
boost::asio::awaitable<void> get_health(Exchange& exchange);

}  // namespace hearth::gateway
