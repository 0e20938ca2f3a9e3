#include "hearth/gateway/model_endpoints.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

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
    const router::ProviderConfig* provider = routes.router->config().find_provider(owner);
    if (const auto instance = routes.local_models->loaded(model)) {
      entry.context = instance->n_ctx();
    } else if (provider != nullptr && provider->kind != router::ProviderKind::local) {
      entry.context = provider->local.context.value_or(0);
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
  // Who asks for no model by name gets the first.
  if (const auto& first = routes.router->config().router.default_route) {
    std::ranges::stable_partition(entries, [&](const wire::ModelEntry& entry) {
      return entry.id == router::to_string(*first) || entry.id == first->model;
    });
  }
  return entries;
}

Result<wire::ModelsPage> page_of(const Exchange& exchange) {
  constexpr std::size_t most = 1000;  // the API's own
  wire::ModelsPage page;
  page.after_id = exchange.query("after_id");
  page.before_id = exchange.query("before_id");
  const std::string limit = exchange.query("limit");
  if (limit.empty()) return page;
  std::size_t number = 0;
  const auto [end, ec] = std::from_chars(limit.data(), limit.data() + limit.size(), number);
  if (ec != std::errc{} || end != limit.data() + limit.size() || number < 1 || number > most) {
    return fail(ErrorKind::invalid_request,
                fmt::format("limit: expected a number from 1 to {}, found {}", most, limit));
  }
  page.limit = number;
  return page;
}

}  // namespace

asio::awaitable<void> get_models(Exchange& exchange) {
  const auto page = page_of(exchange);
  const auto entries = model_entries(exchange.routes());
  const auto list = page ? wire::models_list(entries, *page) : std::unexpected(page.error());
  if (list) {
    const json::value body = *list;
    co_await exchange.reply_json(200, body);
  } else {
    co_await exchange.reply_error(list.error());
  }
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
