#include "hearth/gateway/route_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "hearth/gateway/on_worker.h"
#include "hearth/router/system_prompt.h"
#include "hearth/router/token_estimate.h"

namespace hearth::gateway {
namespace {

namespace asio = boost::asio;

/// Of one request. Counts with the tokenizer of the local model that the long-context route leads
/// to, or of the first local model; without any, by the length of the texts.
class LocalCounter final : public router::TokenCounter {
 public:
  explicit LocalCounter(const Routes& routes) : routes_(routes) {}

  [[nodiscard]] std::size_t count(const chat::Request& request,
                                  const router::Target& model) const override {
    const std::string name = routes_.local_models->knows(model.model) ? model.model : "";
    if (const auto local = routes_.local_for(name)) {
      chat::Request asked = request;
      asked.model = routes_.local_model_name(name);
      if (const auto tokens = local->estimate_tokens(asked)) return *tokens;
    }
    return router::estimated_tokens(request);
  }

  /// Asked for by whoever wants to know whether to count, and by the router.
  [[nodiscard]] std::size_t upper_bound(const chat::Request& request) const override {
    if (!bound_) bound_ = TokenCounter::upper_bound(request);
    return *bound_;
  }

 private:
  const Routes& routes_;
  mutable std::optional<std::size_t> bound_;
};

std::string in_lines(const std::vector<router::Considered>& considered) {
  std::string lines;
  for (const auto& [rule, outcome] : considered) {
    lines += fmt::format("{}{}: {}", lines.empty() ? "" : "\n", rule, outcome);
  }
  return lines;
}

}  // namespace

observe::RequestRecord begin_record(const Exchange& exchange) {
  observe::RequestRecord record;
  record.id = exchange.request_id();
  record.time_ms = unix_ms();
  record.endpoint = exchange.path();
  record.client = exchange.header("user-agent");
  for (const std::string_view name : router::session_headers) {
    if (record.session.empty()) record.session = exchange.header(name);
  }
  return record;
}

asio::awaitable<Result<RoutedRequest>> route_request(Exchange& exchange, chat::Request& request) {
  RoutedRequest routed;
  routed.record = begin_record(exchange);
  if (request.session.empty()) request.session = routed.record.session;
  routed.record.session = request.session;

  if (holds_unread_pdf(request)) {
    Services& services = exchange.services();
    const auto read = [&] {
      services.pdf_texts.read(request);
      return true;
    };
    co_await on_worker(services.workers, read);
  }
  const Routes& routes = exchange.routes();
  if (!routes.system_prompt.empty()) router::rewrite_system_prompt(request, routes.system_prompt);
  const LocalCounter counter(routes);
  const router::Arrival arrival{std::string(exchange.path()), [&exchange](const std::string& name) {
                                  return std::string(exchange.header(name));
                                }};
  const auto decide = [&] { return routes.router->decide(request, arrival, counter); };
  Result<router::Decision> decision;
  if (!routes.local_models->names().empty() && routes.router->may_count(request, counter)) {
    decision = co_await on_worker(exchange.services().workers, decide);
  } else {
    decision = decide();
  }
  if (!decision) co_return pass_on(decision);

  routed.record.scenario = router::to_string(decision->scenario);
  routed.record.why = decision->why;
  routed.record.considered = in_lines(decision->considered);
  routed.record.route = router::to_string(decision->destination.target);
  routed.decision = std::move(*decision);
  routed.request = std::move(request);
  co_return routed;
}

Result<std::vector<provider::Attempt>> attempts_for(const Routes& routes, RoutedRequest& routed) {
  router::Decision& decision = routed.decision;
  std::vector<router::Destination> destinations{std::move(decision.destination)};
  std::ranges::move(decision.fallbacks, std::back_inserter(destinations));
  // The request is copied for all but the last attempt, when their turn comes.
  const auto asked = std::make_shared<chat::Request>(std::move(routed.request));
  std::vector<provider::Attempt> attempts;
  for (router::Destination& destination : destinations) {
    const auto found = routes.providers.find(destination.target.provider);
    if (found == routes.providers.end()) {
      return fail(ErrorKind::not_found,
                  fmt::format("there is no provider '{}'", destination.target.provider));
    }
    provider::Attempt attempt;
    attempt.route = router::to_string(destination.target);
    attempt.provider = found->second.provider;
    attempt.health = found->second.health;
    const bool last = &destination == &destinations.back();
    attempt.request = [asked, last, to = std::move(destination), tag = decision.subagent_tag] {
      chat::Request request = last ? std::move(*asked) : *asked;
      router::apply(to, tag, request);
      return request;
    };
    attempts.push_back(std::move(attempt));
  }
  return attempts;
}

}  // namespace hearth::gateway
