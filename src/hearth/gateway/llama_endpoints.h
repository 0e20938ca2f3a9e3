#pragma once

#include "hearth/gateway/exchange.h"

namespace hearth::gateway {

// What clients of llama.cpp's own server ask, in its format.

boost::asio::awaitable<void> post_llama_completion(Exchange& exchange);
boost::asio::awaitable<void> post_llama_infill(Exchange& exchange);
/// The text that a chat request becomes.
boost::asio::awaitable<void> post_apply_template(Exchange& exchange);
/// {"content": text, "add_special": bool, "parse_special": bool, "with_pieces": bool, "model"} →
/// {"tokens": […]}
boost::asio::awaitable<void> post_tokenize(Exchange& exchange);
/// {"tokens": […], "model"} → {"content": text}
boost::asio::awaitable<void> post_detokenize(Exchange& exchange);
/// The model and its window.
boost::asio::awaitable<void> get_props(Exchange& exchange);

}  // namespace hearth::gateway
