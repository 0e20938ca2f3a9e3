#include "hearth/gateway/embedding_endpoints.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "hearth/gateway/answer_chat.h"
#include "hearth/gateway/on_worker.h"
#include "hearth/gateway/passed_on.h"
#include "hearth/gateway/route_request.h"
#include "hearth/wire/embeddings.h"

namespace hearth::gateway {
namespace {

namespace asio = boost::asio;

/// The model that was asked for; where none or a hosted service's was, the first that can.
std::string model_for(const Routes& routes, const std::string& asked) {
  std::string bare = routes.without_latest(asked.substr(asked.find(',') + 1));
  if (routes.local_models->knows(bare) || !(asked.empty() || asked.starts_with("text-embedding"))) {
    return bare;
  }
  std::string first = routes.local_models->embedding_model();
  return first.empty() ? bare : first;
}

/// As the model reads them.
Result<std::vector<std::vector<engine::Token>>> tokens_of(const wire::EmbeddingRequest& request,
                                                          const engine::Embedder& embedder) {
  const engine::Weights& weights = embedder.weights();
  std::vector<std::vector<engine::Token>> texts;
  for (const auto& item : request.input) {
    std::vector<engine::Token> tokens;
    if (const auto* text = std::get_if<std::string>(&item)) {
      tokens = weights.tokenize(*text, engine::Weights::Begin::of_sequence,
                                engine::Weights::Special::as_text);
    } else {
      const auto& ready = std::get<std::vector<int>>(item);
      tokens.assign(ready.begin(), ready.end());
      for (const engine::Token token : tokens) {
        if (token >= 0 && token < weights.n_vocab()) continue;
        return fail(ErrorKind::invalid_request,
                    fmt::format("input: {} is no token of this model", token));
      }
    }
    const auto longest = static_cast<std::size_t>(embedder.longest());
    // The last one is the model's own mark of the end.
    if (request.truncate && tokens.size() > longest) {
      tokens.erase(tokens.begin() + static_cast<std::ptrdiff_t>(longest) - 1, tokens.end() - 1);
    }
    texts.push_back(std::move(tokens));
  }
  return texts;
}

/// Models that allow it have the most telling numbers first.
Result<void> shorten(std::vector<std::vector<float>>& vectors, int dimensions) {
  if (dimensions == 0) return {};
  for (std::vector<float>& vector : vectors) {
    if (static_cast<std::size_t>(dimensions) > vector.size()) {
      return fail(ErrorKind::invalid_request,
                  fmt::format("dimensions: {} is more than the {} of this model", dimensions,
                              vector.size()));
    }
    vector.resize(static_cast<std::size_t>(dimensions));
    engine::normalise(vector);
  }
  return {};
}

Result<engine::Embeddings> embed(provider::LocalModels& models, const std::string& model,
                                 const wire::EmbeddingRequest& request) {
  auto embedder = models.embedder(model);
  if (!embedder) return pass_on(embedder);
  auto texts = tokens_of(request, **embedder);
  if (!texts) return pass_on(texts);
  auto made = (*embedder)->embed(*texts);
  if (!made) return made;
  if (auto done = shorten(made->vectors, request.dimensions); !done) return pass_on(done);
  return made;
}

asio::awaitable<void> answer(Exchange& exchange, wire::EmbeddingForm form) {
  const auto began = Clock::now();
  auto body = exchange.parse_body();
  if (!body) {
    co_await refuse(exchange, body.error());
    co_return;
  }
  auto request = wire::decode_embedding_request(*body, form);
  if (!request) {
    co_await refuse(exchange, request.error());
    co_return;
  }
  const Routes& routes = exchange.routes();
  if (const auto remote = remote_model(routes, request->model);
      remote && form == wire::EmbeddingForm::openai) {
    co_await pass_on_to(exchange, *remote, "embeddings", *body);
    co_return;
  }
  std::string model;
  const auto work = [&] {
    model = model_for(routes, request->model);
    if (request->model.empty()) request->model = model;
    return embed(*routes.local_models, model, *request);
  };
  const auto made = co_await on_worker(exchange.services().workers, work);

  observe::RequestRecord record = begin_record(exchange);
  record.route = model;
  record.warnings = fmt::format("{}", fmt::join(request->warnings, "\n"));
  record.total_ms = ms_since(began);
  if (!made) {
    record.error = made.error().message;
    exchange.services().keep(std::move(record));
    co_await exchange.reply_error(made.error());
    co_return;
  }
  record.prompt_tokens = record.computed_tokens = made->n_tokens;
  record.prefill_ms = record.total_ms;
  const json::value reply =
      wire::encode_embeddings(made->vectors, made->n_tokens, record.total_ms, *request, form);
  exchange.services().keep(std::move(record));
  co_await exchange.reply_json(200, reply);
}

}  // namespace

asio::awaitable<void> post_embeddings(Exchange& exchange) {
  co_await answer(exchange, wire::EmbeddingForm::openai);
}

asio::awaitable<void> post_ollama_embed(Exchange& exchange) {
  co_await answer(exchange, wire::EmbeddingForm::ollama);
}

asio::awaitable<void> post_ollama_embeddings(Exchange& exchange) {
  co_await answer(exchange, wire::EmbeddingForm::ollama_older);
}

}  // namespace hearth::gateway
