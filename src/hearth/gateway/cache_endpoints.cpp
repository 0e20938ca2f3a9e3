#include "hearth/gateway/cache_endpoints.h"

#include <fmt/format.h>

#include <algorithm>

#include "hearth/gateway/on_worker.h"

namespace hearth::gateway {
namespace {

namespace asio = boost::asio;

constexpr std::size_t most_conversations = 100;

/// Instances of one model, which share what is beyond the device.
struct Sharing {
  std::vector<std::string> names;
  std::vector<std::shared_ptr<engine::Instance>> instances;
};

std::vector<Sharing> loaded_models(const Routes& routes) {
  std::vector<Sharing> models;
  for (const std::string& name : routes.local_models->names()) {
    auto instance = routes.local_models->loaded(name);
    if (!instance) continue;
    auto model = std::ranges::find_if(models, [&](const Sharing& known) {
      return known.instances.front()->shares_memory_with(*instance);
    });
    if (model == models.end()) model = models.insert(models.end(), Sharing{});
    model->names.push_back(name);
    model->instances.push_back(std::move(instance));
  }
  return models;
}

json::object to_json(const engine::CacheSurvey::Conversation& conversation) {
  return {{"tokens", conversation.n_tokens},
          {"own_tokens", conversation.n_own},
          {"device_tokens", conversation.n_device},
          {"host_bytes", conversation.host_bytes},
          {"disk_bytes", conversation.disk_bytes},
          {"uses", conversation.uses},
          {"idle_seconds", conversation.idle_seconds},
          {"read_seconds", conversation.read_seconds},
          {"begins", conversation.begins}};
}

json::object survey(const Sharing& model) {
  json::array devices;
  engine::CacheSurvey last;
  // Each conversation is on the device as far as the instance knows it that knows most of it.
  std::vector<int> on_device;
  for (std::size_t i = 0; i < model.instances.size(); ++i) {
    last = model.instances[i]->survey_cache(most_conversations);
    on_device.resize(std::max(on_device.size(), last.conversations.size()));
    for (std::size_t c = 0; c < last.conversations.size(); ++c) {
      on_device[c] = std::max(on_device[c], last.conversations[c].n_device);
    }
    const auto cells = static_cast<std::uint64_t>(last.cells_used);
    devices.push_back(json::object{{"instance", model.names[i]},
                                   {"tokens", last.cells_used},
                                   {"capacity_tokens", last.n_cells},
                                   {"bytes", cells * last.row_bytes}});
  }
  json::array conversations;
  for (std::size_t c = 0; c < last.conversations.size(); ++c) {
    last.conversations[c].n_device = on_device[c];
    conversations.push_back(to_json(last.conversations[c]));
  }
  const kv::Archive::Totals& totals = last.totals;
  return {
      {"model", model.names.front()},
      {"device", std::move(devices)},
      {"host", {{"bytes", totals.host_bytes}, {"budget_bytes", totals.host_budget}}},
      {"disk",
       {{"bytes", totals.disk_bytes},
        {"budget_bytes", totals.disk_budget},
        {"written_bytes", totals.written_bytes}}},
      {"tokens", totals.tokens},
      {"entries", totals.items},
      {"evicted_entries", totals.evicted_items},
      {"n_conversations", last.n_conversations},
      {"conversations", std::move(conversations)},
  };
}

Result<json::object> survey_all(const Routes& routes, const std::string&) {
  json::array models;
  for (const Sharing& model : loaded_models(routes)) models.push_back(survey(model));
  return json::object{{"models", std::move(models)}};
}

/// `asked`, or every local model where it is empty.
Result<std::vector<std::string>> models_meant(const Routes& routes, const std::string& asked) {
  if (asked.empty()) return routes.local_models->names();
  if (routes.local_models->knows(asked)) return std::vector{asked};
  return std::unexpected(routes.no_local_model(asked));
}

Result<json::object> clear(const Routes& routes, const std::string& asked) {
  auto meant = models_meant(routes, asked);
  if (!meant) return pass_on(meant);
  json::array cleared;
  for (const std::string& name : *meant) {
    const auto instance = routes.local_models->loaded(name);
    if (!instance) continue;
    instance->clear_cache();
    cleared.emplace_back(name);
  }
  return json::object{{"cleared", std::move(cleared)}};
}

Result<json::object> warm(const Routes& routes, const std::string& asked) {
  auto meant = models_meant(routes, asked);
  if (!meant) return pass_on(meant);
  for (const std::string& name : *meant) {
    if (auto loaded = routes.local_models->load(name); !loaded) return pass_on(loaded);
    if (const auto instance = routes.local_models->loaded(name)) instance->warm_cache();
  }
  return survey_all(routes, {});
}

/// The model that the body names; empty if there is no body, or it names none.
Result<std::string> model_of(Exchange& exchange) {
  if (exchange.request().body().empty()) return std::string();
  const auto body = exchange.parse_body();
  if (!body) return std::unexpected(body.error());
  if (!body->is_object()) {
    return fail(ErrorKind::invalid_request,
                fmt::format("expected a JSON object, found {}", kind_in_words(*body)));
  }
  const auto* model = body->get_object().if_contains("model");
  if (model == nullptr) return std::string();
  if (!model->is_string()) {
    return fail(ErrorKind::invalid_request,
                fmt::format("model: expected a string, found {}", kind_in_words(*model)));
  }
  return std::string(model->get_string());
}

asio::awaitable<void> reply(Exchange& exchange,
                            Result<json::object> (*work)(const Routes&, const std::string&)) {
  const auto model = model_of(exchange);
  if (!model) {
    co_await exchange.reply_error(model.error());
    co_return;
  }
  const auto run = [&] { return work(exchange.routes(), *model); };
  const auto result = co_await on_worker(exchange.services().workers, run);
  if (!result) {
    co_await exchange.reply_error(result.error());
    co_return;
  }
  const json::value answer = *result;
  co_await exchange.reply_json(200, answer);
}

}  // namespace

asio::awaitable<void> get_cache(Exchange& exchange) {
  co_await reply(exchange, &survey_all);
}

asio::awaitable<void> post_cache_clear(Exchange& exchange) {
  co_await reply(exchange, &clear);
}

asio::awaitable<void> post_cache_warm(Exchange& exchange) {
  co_await reply(exchange, &warm);
}

}  // namespace hearth::gateway
