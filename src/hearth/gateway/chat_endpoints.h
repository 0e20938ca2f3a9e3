#pragma once

#include "hearth/gateway/exchange.h"

namespace hearth::gateway {

boost::asio::awaitable<void> post_messages(Exchange& exchange);
boost::asio::awaitable<void> post_count_tokens(Exchange& exchange);
boost::asio::awaitable<void> post_chat_input_tokens(Exchange& exchange);
boost::asio::awaitable<void> post_chat_completions(Exchange& exchange);
boost::asio::awaitable<void> post_completions(Exchange& exchange);

}  // namespace hearth::gateway
