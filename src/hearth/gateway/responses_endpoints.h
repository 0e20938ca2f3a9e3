#pragma once

#include "hearth/gateway/exchange.h"

namespace hearth::gateway {

/// OpenAI's Responses API. `id` is what follows /v1/responses/ in the path.
boost::asio::awaitable<void> post_responses(Exchange& exchange);
boost::asio::awaitable<void> post_response_input_tokens(Exchange& exchange);
/// A response, or with "/input_items" behind its id what it answers.
boost::asio::awaitable<void> get_response(Exchange& exchange, std::string_view id);
boost::asio::awaitable<void> delete_response(Exchange& exchange, std::string_view id);
/// Only "/cancel", which there is nothing for: answers are made while their client waits.
boost::asio::awaitable<void> post_response(Exchange& exchange, std::string_view id);

}  // namespace hearth::gateway
