#pragma once

#include "hearth/gateway/exchange.h"

namespace hearth::gateway {

/// Embeddings of a local model that is made for them, or, in OpenAI's form, of a remote one.
boost::asio::awaitable<void> post_embeddings(Exchange& exchange);
boost::asio::awaitable<void> post_ollama_embed(Exchange& exchange);
boost::asio::awaitable<void> post_ollama_embeddings(Exchange& exchange);

}  // namespace hearth::gateway
