#include "hearth/gateway/route_request.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "hearth/gateway/on_worker.h"

namespace hearth::gateway {
namespace {

namespace asio = boost::asio;

/// Counts with the tokenizer of the local model that the long-context route leads to, or of the
/// first local model; without any, by the usual four bytes a token.
class LocalCounter final : public router::TokenCounter {
 public:
  explicit LocalCounter(Services& services) : services_(services) {}

  [[nodiscard]] std::size_t count(const chat::Request& request,
                                  const router::Target& model) const override {
    const std::string name = services_.local_models->knows(model.model) ? model.model : "";
    if (auto* local = services_.local_for(name)) {
      chat::Request asked = request;
      asked.model = services_.local_model_name(name);
      if (const auto tokens = local->count_tokens(asked)) return *tokens;
    }
    return upper_bound(request) / 4;
  }

 private:
  Services& services_;
};

}  // namespace

observe::RequestRecord begin_record(const Exchange& exchange) {
  observe::RequestRecord record;
  record.id = exchange.request_id();
  record.time_ms = unix_ms();
  record.endpoint = exchange.path();
  record.client = exchange.header("user-agent");
  for (const std::string_view name : {"x-claude-code-session-id", "session-id", "x-session-id"}) {
    if (record.session.empty()) record.session = exchange.header(name);
  }
  return record;
}

asio::awaitable<Result<RoutedRequest>> route_request(Exchange& exchange, chat::Request& request) {
  Services& services = exchange.services();
  RoutedRequest routed;
  routed.record = begin_record(exchange);
  if (request.session.empty()) request.session = routed.record.session;
  routed.record.session = request.session;

  const LocalCounter counter(services);
  const auto decide = [&] { return services.router->decide(request, counter); };
  auto decision = co_await on_worker(services.workers, decide);
  if (!decision) co_return pass_on(decision);

  routed.record.scenario = router::to_string(decision->scenario);
  routed.record.why = decision->why;
  routed.record.route = router::to_string(decision->target);
  router::apply(*decision, request);
  const auto found = services.providers.find(decision->target.provider);
  if (found == services.providers.end()) {
    co_return fail(ErrorKind::not_found,
                   fmt::format("there is no provider '{}'", decision->target.provider));
  }
  routed.provider = found->second;
  routed.record.warnings = fmt::format("{}", fmt::join(request.warnings, "\n"));
  routed.decision = std::move(*decision);
  routed.request = std::move(request);
  co_return routed;
}

}  // namespace hearth::gateway
