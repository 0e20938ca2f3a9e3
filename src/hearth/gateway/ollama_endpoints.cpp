#include "hearth/gateway/ollama_endpoints.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "hearth/base/sha256.h"
#include "hearth/gateway/answer_chat.h"
#include "hearth/gateway/on_worker.h"
#include "hearth/models/gguf.h"
#include "hearth/wire/ollama_answer.h"
#include "hearth/wire/ollama_decode.h"

namespace hearth::gateway {
namespace {

namespace asio = boost::asio;

/// Clients look at it for what the server can: this is the first with the Responses API.
constexpr std::string_view version = "0.13.4";

json::object details_of(const models::GgufInfo& info) {
  json::object details;
  details["parent_model"] = "";
  details["format"] = "gguf";
  details["family"] = info.architecture;
  details["families"] = json::array{json::value(info.architecture)};
  details["parameter_size"] = "";
  details["quantization_level"] = "";
  return details;
}

/// Null if its file cannot be read.
json::value ollama_tag(const Routes& routes, const std::string& name) {
  const std::filesystem::path file = routes.local_models->file_of(name);
  struct stat status{};
  if (file.empty() || ::stat(file.c_str(), &status) != 0) return nullptr;
  const auto info = models::inspect_gguf(file);
  if (!info) return nullptr;
  json::object entry;
  entry["name"] = name;
  entry["model"] = name;
  entry["modified_at"] = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(status.st_mtime));
  entry["size"] = info->file_bytes;
  // Not of the content, which may be many gigabytes: it changes when the file does.
  Sha256 digest;
  digest.update(fmt::format("{} {} {}", file.string(), info->file_bytes, status.st_mtime));
  entry["digest"] = digest.finish();
  entry["details"] = details_of(*info);
  return entry;
}

json::object tags(const Routes& routes) {
  json::array list;
  for (const std::string& name : routes.local_models->names()) {
    if (json::value entry = ollama_tag(routes, name); entry.is_object()) {
      list.push_back(std::move(entry));
    }
  }
  return {{"models", std::move(list)}};
}

json::object loaded_models(const Routes& routes) {
  json::array list;
  for (const std::string& name : routes.local_models->names()) {
    const auto instance = routes.local_models->loaded(name);
    if (!instance) continue;
    json::value entry = ollama_tag(routes, name);
    if (!entry.is_object()) continue;
    json::object& object = entry.get_object();
    object.erase("modified_at");
    object["context_length"] = instance->n_ctx();
    object["size_vram"] = 0;
    // It stays until the server ends.
    object["expires_at"] = "9999-12-31T00:00:00Z";
    list.push_back(std::move(entry));
  }
  return {{"models", std::move(list)}};
}

/// Whether its template knows thoughts: by a switch, a tag, or harmony's channel.
bool thinks(const models::GgufInfo& info) {
  return std::ranges::any_of(
      std::array{"enable_thinking", "<think>", "reasoning_content", "<|channel|>analysis"},
      [&](const char* mark) { return info.chat_template.contains(mark); });
}

json::array capabilities_of(const models::GgufInfo& info) {
  if (info.makes_embeddings) return {json::value("embedding")};
  // Ollama has no word for models that rank.
  if (info.ranks_documents) return {};
  json::array capabilities{"completion", "tools"};
  if (info.fills_gaps) capabilities.emplace_back("insert");
  if (thinks(info)) capabilities.emplace_back("thinking");
  return capabilities;
}

Result<json::object> show(const Routes& routes, const json::object& body) {
  std::string asked(find_string(body, "model").value_or(""));
  if (asked.empty()) asked = find_string(body, "name").value_or("");
  const std::string name = routes.local_model_name(routes.without_latest(asked));
  const std::filesystem::path file = routes.local_models->file_of(name);
  if (file.empty()) return std::unexpected(routes.no_local_model(asked));
  const auto info = models::inspect_gguf(file);
  if (!info) return std::unexpected(info.error());
  json::object model_info;
  model_info["general.architecture"] = info->architecture;
  model_info[info->architecture + ".context_length"] = info->context_length;
  model_info[info->architecture + ".embedding_length"] = info->n_embd;
  model_info[info->architecture + ".block_count"] = info->n_layers;
  json::object object;
  object["details"] = details_of(*info);
  object["model_info"] = std::move(model_info);
  object["template"] = info->chat_template;
  object["capabilities"] = capabilities_of(*info);
  if (const auto instance = routes.local_models->loaded(name)) {
    object["parameters"] = fmt::format("num_ctx {}", instance->n_ctx());
  }
  return object;
}

/// A request without a prompt: the model is loaded, and that is all.
asio::awaitable<void> load_only(Exchange& exchange, const std::string& asked,
                                wire::OllamaForm form) {
  const Routes& routes = exchange.routes();
  const std::string name = routes.local_model_name(asked);
  if (name.empty()) {
    const Error error = routes.no_local_model(asked);
    co_await refuse(exchange, error);
    co_return;
  }
  const auto load = [&] { return routes.local_models->get(name); };
  const auto loaded = co_await on_worker(exchange.services().workers, load);
  if (loaded) {
    const json::value body = wire::ollama_loaded(form, asked);
    co_await exchange.reply_json(200, body);
  } else {
    co_await refuse(exchange, loaded.error());
  }
}

template <class Request>
Answer answer_for(const Request& request, wire::OllamaForm form) {
  const wire::AnswerIdentity identity{.id = {}, .model = request.model, .created = 0};
  Answer answer;
  if (request.stream) {
    answer.stream = std::make_unique<wire::OllamaStream>(form, identity);
  } else {
    answer.whole = std::make_unique<wire::OllamaCollector>(form, identity);
  }
  return answer;
}

asio::awaitable<void> answer_messages(Exchange& exchange, Result<chat::Request>& request,
                                      wire::OllamaForm form) {
  if (!request) {
    co_await refuse(exchange, request.error());
    co_return;
  }
  request->model = exchange.routes().without_latest(request->model);
  if (request->messages.empty()) {
    co_await load_only(exchange, request->model, form);
    co_return;
  }
  Answer answer = answer_for(*request, form);
  co_await answer_chat(exchange, *request, answer);
}

}  // namespace

asio::awaitable<void> post_ollama_chat(Exchange& exchange) {
  const auto body = exchange.parse_body();
  if (!body) {
    co_await refuse(exchange, body.error());
    co_return;
  }
  auto request = wire::decode_ollama_chat(*body);
  co_await answer_messages(exchange, request, wire::OllamaForm::chat);
}

asio::awaitable<void> post_ollama_generate(Exchange& exchange) {
  const auto body = exchange.parse_body();
  if (!body) {
    co_await refuse(exchange, body.error());
    co_return;
  }
  const auto is_raw = [](const json::object& object) {
    return find_bool(object, "raw").value_or(false) ||
           !find_string(object, "suffix").value_or("").empty();
  };
  const bool raw = body->is_object() && is_raw(body->get_object());
  if (!raw) {
    auto request = wire::decode_ollama_generate(*body);
    co_await answer_messages(exchange, request, wire::OllamaForm::generate);
    co_return;
  }
  auto request = wire::decode_ollama_raw(*body);
  if (!request) {
    co_await refuse(exchange, request.error());
    co_return;
  }
  request->model = exchange.routes().without_latest(request->model);
  Answer answer = answer_for(*request, wire::OllamaForm::generate);
  co_await answer_raw(exchange, *request, answer);
}

asio::awaitable<void> get_ollama_tags(Exchange& exchange) {
  const auto ask = [&] { return tags(exchange.routes()); };
  const json::value body = co_await on_worker(exchange.services().workers, ask);
  co_await exchange.reply_json(200, body);
}

asio::awaitable<void> get_ollama_ps(Exchange& exchange) {
  const auto ask = [&] { return loaded_models(exchange.routes()); };
  const json::value body = co_await on_worker(exchange.services().workers, ask);
  co_await exchange.reply_json(200, body);
}

asio::awaitable<void> post_ollama_show(Exchange& exchange) {
  const auto body = exchange.parse_body();
  if (!body) {
    co_await exchange.reply_error(body.error());
    co_return;
  }
  const auto ask = [&]() -> Result<json::object> {
    if (!body->is_object()) {
      return fail(ErrorKind::invalid_request,
                  fmt::format("expected a JSON object, found {}", kind_in_words(*body)));
    }
    return show(exchange.routes(), body->get_object());
  };
  const auto shown = co_await on_worker(exchange.services().workers, ask);
  if (shown) {
    const json::value answer = *shown;
    co_await exchange.reply_json(200, answer);
  } else {
    co_await exchange.reply_error(shown.error());
  }
}

asio::awaitable<void> get_ollama_version(Exchange& exchange) {
  json::object fields;
  fields["version"] = version;
  const json::value body = std::move(fields);
  co_await exchange.reply_json(200, body);
}

}  // namespace hearth::gateway
