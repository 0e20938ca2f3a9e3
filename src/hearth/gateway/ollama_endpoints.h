#pragma once

#include "hearth/gateway/exchange.h"

namespace hearth::gateway {

/// What clients of Ollama ask of a server whose models are there already.
boost::asio::awaitable<void> post_ollama_chat(Exchange& exchange);
boost::asio::awaitable<void> post_ollama_generate(Exchange& exchange);
boost::asio::awaitable<void> get_ollama_tags(Exchange& exchange);
boost::asio::awaitable<void> get_ollama_ps(Exchange& exchange);
boost::asio::awaitable<void> post_ollama_show(Exchange& exchange);
boost::asio::awaitable<void> get_ollama_version(Exchange& exchange);

}  // namespace hearth::gateway
