#include "hearth/gateway/lmstudio_endpoints.h"

#include <fmt/format.h>

#include "hearth/gateway/on_worker.h"
#include "hearth/models/gguf.h"

namespace hearth::gateway {
namespace {

namespace asio = boost::asio;

/// Null if its file cannot be read.
json::value lmstudio_entry(const Routes& routes, const std::string& name) {
  const std::filesystem::path file = routes.local_models->file_of(name);
  if (file.empty()) return nullptr;
  const auto info = models::inspect_gguf(file);
  if (!info) return nullptr;
  const std::size_t slash = name.find('/');
  json::object entry;
  entry["id"] = name;
  entry["object"] = "model";
  entry["type"] = info->answers_chats() ? "llm" : "embeddings";
  entry["publisher"] = slash == std::string::npos ? "" : name.substr(0, slash);
  entry["arch"] = info->architecture;
  entry["compatibility_type"] = "gguf";
  const auto instance = routes.local_models->loaded(name);
  entry["state"] = instance ? "loaded" : "not-loaded";
  entry["max_context_length"] = info->context_length;
  if (instance) entry["loaded_context_length"] = instance->n_ctx();
  if (info->answers_chats()) entry["capabilities"] = json::array{"tool_use"};
  return entry;
}

json::object list(const Routes& routes) {
  json::array data;
  for (const std::string& name : routes.local_models->names()) {
    if (json::value entry = lmstudio_entry(routes, name); entry.is_object()) {
      data.push_back(std::move(entry));
    }
  }
  return {{"object", "list"}, {"data", std::move(data)}};
}

}  // namespace

asio::awaitable<void> get_lmstudio_models(Exchange& exchange) {
  const auto ask = [&] { return list(exchange.routes()); };
  const json::value body = co_await on_worker(exchange.services().workers, ask);
  co_await exchange.reply_json(200, body);
}

asio::awaitable<void> get_lmstudio_model(Exchange& exchange, std::string_view id) {
  const std::string name(id);
  const auto ask = [&] { return lmstudio_entry(exchange.routes(), name); };
  const json::value body = co_await on_worker(exchange.services().workers, ask);
  if (body.is_object()) {
    co_await exchange.reply_json(200, body);
  } else {
    const Error error = exchange.routes().no_local_model(name);
    co_await exchange.reply_error(error);
  }
}

}  // namespace hearth::gateway
