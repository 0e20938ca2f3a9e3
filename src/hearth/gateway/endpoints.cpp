#include "hearth/gateway/endpoints.h"

#include <fmt/format.h>

#include <array>

#include "hearth/gateway/access.h"
#include "hearth/gateway/cache_endpoints.h"
#include "hearth/gateway/chat_endpoints.h"
#include "hearth/gateway/embedding_endpoints.h"
#include "hearth/gateway/llama_endpoints.h"
#include "hearth/gateway/lmstudio_endpoints.h"
#include "hearth/gateway/model_endpoints.h"
#include "hearth/gateway/ollama_endpoints.h"
#include "hearth/gateway/rerank_endpoint.h"
#include "hearth/gateway/responses_endpoints.h"
#include "hearth/gateway/trace_endpoints.h"

namespace hearth::gateway {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

using Handler = asio::awaitable<void> (*)(Exchange&);

struct Endpoint {
  http::verb method;
  std::string_view path;
  Handler handler;
};

asio::awaitable<void> front_page(Exchange& exchange) {
  std::string text = "Hearth is running. Point a client at this address; see the README for how.\n";
  co_await exchange.reply_text(200, "text/plain; charset=utf-8", text);
}

asio::awaitable<void> hello(Exchange& exchange) {
  json::object fields;
  fields["status"] = "ok";
  const json::value body = std::move(fields);
  co_await exchange.reply_json(200, body);
}

constexpr std::array endpoints = {
    Endpoint{http::verb::post, "/v1/messages", &post_messages},
    Endpoint{http::verb::post, "/v1/messages/count_tokens", &post_count_tokens},
    Endpoint{http::verb::post, "/v1/chat/completions", &post_chat_completions},
    Endpoint{http::verb::post, "/v1/completions", &post_completions},
    Endpoint{http::verb::post, "/v1/responses", &post_responses},
    Endpoint{http::verb::post, "/v1/responses/input_tokens", &post_response_input_tokens},
    Endpoint{http::verb::post, "/v1/embeddings", &post_embeddings},
    Endpoint{http::verb::post, "/embeddings", &post_embeddings},
    Endpoint{http::verb::post, "/api/embed", &post_ollama_embed},
    Endpoint{http::verb::post, "/api/embeddings", &post_ollama_embeddings},
    Endpoint{http::verb::post, "/v1/rerank", &post_rerank},
    Endpoint{http::verb::post, "/rerank", &post_rerank},
    Endpoint{http::verb::post, "/v1/reranking", &post_rerank},
    Endpoint{http::verb::post, "/reranking", &post_rerank},
    Endpoint{http::verb::get, "/v1/models", &get_models},
    Endpoint{http::verb::post, "/api/chat", &post_ollama_chat},
    Endpoint{http::verb::post, "/api/generate", &post_ollama_generate},
    Endpoint{http::verb::get, "/api/tags", &get_ollama_tags},
    Endpoint{http::verb::get, "/api/ps", &get_ollama_ps},
    Endpoint{http::verb::post, "/api/show", &post_ollama_show},
    Endpoint{http::verb::get, "/api/version", &get_ollama_version},
    Endpoint{http::verb::get, "/api/v0/models", &get_lmstudio_models},
    Endpoint{http::verb::post, "/completion", &post_llama_completion},
    Endpoint{http::verb::post, "/completions", &post_llama_completion},
    Endpoint{http::verb::post, "/infill", &post_llama_infill},
    Endpoint{http::verb::post, "/apply-template", &post_apply_template},
    Endpoint{http::verb::get, "/props", &get_props},
    Endpoint{http::verb::post, "/chat/completions", &post_chat_completions},
    Endpoint{http::verb::post, "/chat/completions/input_tokens", &post_chat_input_tokens},
    Endpoint{http::verb::post, "/v1/chat/completions/input_tokens", &post_chat_input_tokens},
    Endpoint{http::verb::post, "/responses", &post_responses},
    Endpoint{http::verb::get, "/models", &get_models},
    Endpoint{http::verb::post, "/tokenize", &post_tokenize},
    Endpoint{http::verb::post, "/detokenize", &post_detokenize},
    Endpoint{http::verb::get, "/cache", &get_cache},
    Endpoint{http::verb::post, "/cache/clear", &post_cache_clear},
    Endpoint{http::verb::post, "/cache/warm", &post_cache_warm},
    Endpoint{http::verb::get, "/trace", &get_trace},
    Endpoint{http::verb::post, "/trace/start", &post_trace_start},
    Endpoint{http::verb::post, "/trace/stop", &post_trace_stop},
    Endpoint{http::verb::get, "/metrics", &get_metrics},
    Endpoint{http::verb::get, "/health", &get_health},
    Endpoint{http::verb::get, "/v1/health", &get_health},
    Endpoint{http::verb::get, "/api/hello", &hello},
    Endpoint{http::verb::get, "/", &front_page},
};

/// Endpoints for one thing, whose id follows the path.
struct EndpointOfOne {
  http::verb method;
  std::string_view path;
  asio::awaitable<void> (*handler)(Exchange&, std::string_view id);
};

constexpr std::array endpoints_of_one = {
    EndpointOfOne{http::verb::get, "/v1/models/", &get_model},
    EndpointOfOne{http::verb::get, "/api/v0/models/", &get_lmstudio_model},
    EndpointOfOne{http::verb::get, "/v1/responses/", &get_response},
    EndpointOfOne{http::verb::delete_, "/v1/responses/", &delete_response},
    EndpointOfOne{http::verb::post, "/v1/responses/", &post_response},
};

/// Answered without a key: whether the server is there is no secret.
bool is_public(std::string_view path) {
  return path == "/health" || path == "/v1/health" || path == "/api/hello" || path == "/";
}

}  // namespace

asio::awaitable<void> handle(Exchange& exchange) {
  Result<void> allowed = check_origin(exchange);
  if (const auto origin = allowed_origin(exchange); allowed && !origin.empty()) {
    exchange.allow_origin(origin);
    if (exchange.request().method() == http::verb::options) {
      std::string nothing;
      co_await exchange.reply_text(204, "text/plain", nothing);
      co_return;
    }
  }
  if (allowed && !is_public(exchange.path())) allowed = check_key(exchange);
  if (allowed && exchange.path_error()) allowed = std::unexpected(*exchange.path_error());
  if (!allowed) {
    co_await exchange.reply_error(allowed.error());
    co_return;
  }
  const auto asked = exchange.request().method();
  const auto method = asked == http::verb::head ? http::verb::get : asked;
  bool path_known = false;
  for (const Endpoint& endpoint : endpoints) {
    if (endpoint.path != exchange.path()) continue;
    path_known = true;
    if (endpoint.method != method) continue;
    co_await endpoint.handler(exchange);
    co_return;
  }
  const bool found = path_known;
  for (const EndpointOfOne& endpoint : endpoints_of_one) {
    if (found || !exchange.path().starts_with(endpoint.path)) continue;
    path_known = true;
    if (endpoint.method != method) continue;
    co_await endpoint.handler(exchange, exchange.path().substr(endpoint.path.size()));
    co_return;
  }
  Error error{ErrorKind::no_endpoint, {}};
  if (path_known) {
    error.kind = ErrorKind::wrong_method;
    error.message = fmt::format("{} does not answer {}", exchange.path(),
                                std::string_view(exchange.request().method_string()));
  } else {
    error.message = fmt::format("there is no endpoint {}; see docs/api.md for those there are",
                                exchange.path());
  }
  co_await exchange.reply_error(error);
}

}  // namespace hearth::gateway
