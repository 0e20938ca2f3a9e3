#pragma once

#include "hearth/gateway/exchange.h"

namespace hearth::gateway {

/// LM Studio's own list of models, which its clients read for state and window
/// (lmstudio.ai/docs, REST API v0).
boost::asio::awaitable<void> get_lmstudio_models(Exchange& exchange);
boost::asio::awaitable<void> get_lmstudio_model(Exchange& exchange, std::string_view id);

}  // namespace hearth::gateway
