#include "hearth/gateway/model_endpoints.h"

#include <fmt/format.h>

#include <algorithm>

#include "hearth/base/utf8.h"
#include "hearth/gateway/on_worker.h"
#include "hearth/wire/models_list.h"

namespace hearth::gateway {
namespace {

namespace asio = boost::asio;

std::vector<wire::ModelEntry> model_entries(const Routes& routes) {
  std::vector<wire::ModelEntry> entries;
  const auto add = [&](std::string id, const std::string& model, const std::string& owner) {
    const bool there = std::ranges::any_of(entries, [&](const auto& e) { return e.id == id; });
    if (there) return;
    wire::ModelEntry entry;
    entry.id = std::move(id);
    entry.owned_by = owner;
    if (const auto instance = routes.local_models->loaded(model)) {
      entry.context = instance->n_ctx();
    }
    entries.push_back(std::move(entry));
  };
  for (const std::string& name : routes.local_models->names()) add(name, name, "hearth");
  for (const auto& [provider_name, routed] : routes.providers) {
    for (const std::string& model : routed.provider->models()) {
      if (routes.local_models->knows(model) && routes.providers.size() == 1) continue;
      add(fmt::format("{},{}", provider_name, model), model, provider_name);
    }
  }
  return entries;
}

Result<json::object> body_object(Exchange& exchange) {
  auto body = exchange.parse_body();
  if (!body) return pass_on(body);
  if (!body->is_object()) {
    return fail(ErrorKind::invalid_request,
                fmt::format("expected a JSON object, found {}", kind_in_words(*body)));
  }
  return std::move(body->get_object());
}

Result<std::shared_ptr<provider::LocalProvider>> local_of(const Routes& routes,
                                                          const json::object& body) {
  const std::string asked(find_string(body, "model").value_or(""));
  auto local = routes.local_for(asked);
  if (local == nullptr) return std::unexpected(routes.no_local_model(asked));
  return local;
}

Result<json::object> tokenize(const Routes& routes, const json::object& body) {
  const auto content = find_string(body, "content");
  if (!content) {
    return fail(ErrorKind::invalid_request, "content: expected a string, the text to tokenize");
  }
  auto local = local_of(routes, body);
  if (!local) return pass_on(local);
  using engine::Weights;
  const auto begin = find_bool(body, "add_special").value_or(false) ? Weights::Begin::of_sequence
                                                                    : Weights::Begin::bare;
  const auto special = find_bool(body, "parse_special").value_or(true) ? Weights::Special::as_tokens
                                                                       : Weights::Special::as_text;
  const std::string model =
      routes.local_model_name(std::string(find_string(body, "model").value_or("")));
  const auto tokens = (*local)->tokenize(model, *content, begin, special);
  if (!tokens) return std::unexpected(tokens.error());
  return json::object{{"tokens", json::array(tokens->begin(), tokens->end())}};
}

Result<json::object> detokenize(const Routes& routes, const json::object& body) {
  const auto* list = find_array(body, "tokens");
  if (list == nullptr) {
    return fail(ErrorKind::invalid_request, "tokens: expected an array of token numbers");
  }
  std::vector<int> tokens;
  for (const json::value& element : *list) {
    if (!element.is_int64() || element.get_int64() < 0 || element.get_int64() > INT32_MAX) {
      return fail(ErrorKind::invalid_request,
                  fmt::format("tokens: expected numbers of tokens, found {}", to_json(element)));
    }
    tokens.push_back(static_cast<int>(element.get_int64()));
  }
  auto local = local_of(routes, body);
  if (!local) return pass_on(local);
  const std::string model =
      routes.local_model_name(std::string(find_string(body, "model").value_or("")));
  const auto text = (*local)->detokenize(model, tokens);
  if (!text) return std::unexpected(text.error());
  return json::object{{"content", to_valid_utf8(*text)}};
}

asio::awaitable<void> reply_from_worker(Exchange& exchange,
                                        Result<json::object> (*work)(const Routes&,
                                                                     const json::object&)) {
  const auto body = body_object(exchange);
  if (!body) {
    co_await exchange.reply_error(body.error());
    co_return;
  }
  const auto run = [&] { return work(exchange.routes(), *body); };
  const auto result = co_await on_worker(exchange.services().workers, run);
  if (result) {
    const json::value answer = *result;
    co_await exchange.reply_json(200, answer);
  } else {
    co_await exchange.reply_error(result.error());
  }
}

}  // namespace

asio::awaitable<void> get_models(Exchange& exchange) {
  const json::value list = wire::models_list(model_entries(exchange.routes()));
  co_await exchange.reply_json(200, list);
}

asio::awaitable<void> get_model(Exchange& exchange, std::string_view id) {
  const auto entries = model_entries(exchange.routes());
  const auto found = std::ranges::find(entries, id, &wire::ModelEntry::id);
  if (found == entries.end()) {
    const Error error{ErrorKind::not_found,
                      fmt::format("there is no model '{}'; GET /v1/models lists them", id)};
    co_await exchange.reply_error(error);
    co_return;
  }
  const json::value model = wire::model_object(*found);
  co_await exchange.reply_json(200, model);
}

asio::awaitable<void> post_tokenize(Exchange& exchange) {
  co_await reply_from_worker(exchange, &tokenize);
}

asio::awaitable<void> post_detokenize(Exchange& exchange) {
  co_await reply_from_worker(exchange, &detokenize);
}

asio::awaitable<void> get_metrics(Exchange& exchange) {
  Services& services = exchange.services();
  std::string text = services.metrics.text(services.n_running);
  co_await exchange.reply_text(200, "text/plain; version=0.0.4; charset=utf-8", text);
}

asio::awaitable<void> get_health(Exchange& exchange) {
  const bool loading = exchange.routes().local_models->loading();
  json::object fields;
  fields["status"] = loading ? "loading model" : "ok";
  const json::value body = std::move(fields);
  co_await exchange.reply_json(loading ? 503 : 200, body);
}

}  // namespace hearth::gateway
