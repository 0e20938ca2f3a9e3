#include "hearth/gateway/rerank_endpoint.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "hearth/gateway/answer_chat.h"
#include "hearth/gateway/on_worker.h"
#include "hearth/gateway/passed_on.h"
#include "hearth/gateway/route_request.h"
#include "hearth/wire/rerank.h"

namespace hearth::gateway {
namespace {

namespace asio = boost::asio;

/// The model that was asked for; where none was, the first that can.
std::string ranking_model_for(const Routes& routes, const std::string& asked) {
  if (asked.empty()) return routes.local_models->ranking_model();
  return routes.without_latest(asked.substr(asked.find(',') + 1));
}

Result<engine::Ranks> rank(const Routes& routes, const std::string& model,
                           const wire::RerankRequest& request) {
  if (model.empty()) {
    return fail(ErrorKind::not_found,
                "no model here ranks documents; name one with --model, such as bge-reranker-v2-m3, "
                "or a remote provider's as \"provider,model\"");
  }
  auto embedder = routes.local_models->embedder(model);
  if (!embedder) return pass_on(embedder);
  return (*embedder)->rank(request.query, request.documents);
}

}  // namespace

asio::awaitable<void> post_rerank(Exchange& exchange) {
  const auto began = Clock::now();
  auto body = exchange.parse_body();
  if (!body) {
    co_await refuse(exchange, body.error());
    co_return;
  }
  auto request = wire::decode_rerank_request(*body);
  if (!request) {
    co_await refuse(exchange, request.error());
    co_return;
  }
  const Routes& routes = exchange.routes();
  if (const auto remote = remote_model(routes, request->model)) {
    co_await pass_on_to(exchange, *remote, "rerank", *body);
    co_return;
  }
  std::string model;
  const auto work = [&] {
    model = ranking_model_for(routes, request->model);
    if (request->model.empty()) request->model = model;
    return rank(routes, model, *request);
  };
  const auto ranks = co_await on_worker(exchange.services().workers, work);

  observe::RequestRecord record = begin_record(exchange);
  record.route = model;
  record.warnings = fmt::format("{}", fmt::join(request->warnings, "\n"));
  record.total_ms = ms_since(began);
  if (!ranks) {
    record.error = ranks.error().message;
    exchange.services().keep(std::move(record));
    co_await exchange.reply_error(ranks.error());
    co_return;
  }
  record.prompt_tokens = record.computed_tokens = ranks->n_tokens;
  record.prefill_ms = record.total_ms;
  const json::value reply = wire::encode_ranks(ranks->scores, ranks->n_tokens, *request);
  exchange.services().keep(std::move(record));
  co_await exchange.reply_json(200, reply);
}

}  // namespace hearth::gateway
