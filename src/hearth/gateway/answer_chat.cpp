#include "hearth/gateway/answer_chat.h"

#include <boost/asio/this_coro.hpp>
#include <climits>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>

#include "hearth/gateway/on_worker.h"
#include "hearth/gateway/route_request.h"
#include "hearth/provider/choices.h"
#include "hearth/router/token_estimate.h"

namespace hearth::gateway {
namespace {

namespace asio = boost::asio;

void log_refused(Exchange& exchange, const Error& error) {
  observe::RequestRecord record = begin_record(exchange);
  record.error = error.message;
  exchange.services().keep(std::move(record));
}

router::RouteUse use_of(const observe::RequestRecord& record) {
  router::RouteUse use;
  use.route = record.route;
  use.prompt_tokens = record.prompt_tokens;
  use.computed_tokens = record.computed_tokens;
  use.output_tokens = record.output_tokens;
  // Remote servers do not tell what they read in which time.
  use.prefill_seconds = (record.prefill_ms > 0 ? record.prefill_ms : record.ttft_ms) / 1000;
  use.decode_seconds =
      (record.decode_ms > 0 ? record.decode_ms : record.total_ms - record.ttft_ms) / 1000;
  return use;
}

/// Several answers with one seed would all be the same.
void vary_seed(chat::Sampling& sampling, int choice) {
  if (sampling.seed) *sampling.seed += static_cast<std::uint32_t>(choice);
}

/// Takes the request and the destinations with the last choice.
Result<std::vector<provider::Attempt>> attempts_of_choice(const Routes& routes,
                                                          RoutedRequest& routed, int choice,
                                                          int n_choices) {
  if (choice + 1 == n_choices) {
    vary_seed(routed.request.sampling, choice);
    return attempts_for(routes, routed);
  }
  RoutedRequest own;
  own.request = routed.request;
  own.decision = routed.decision;
  vary_seed(own.request.sampling, choice);
  return attempts_for(routes, own);
}

/// What the route sets where the client does not.
void take_defaults(const router::RouteParams& params, wire::CompletionRequest& request) {
  chat::fill_unset(request.sampling, params.sampling);
  if (params.max_tokens) {
    request.max_tokens = std::min(request.max_tokens.value_or(INT_MAX), *params.max_tokens);
  }
}

/// All of `request` but its prompts.
engine::ChatAnswers::RawRequest raw_request(const wire::CompletionRequest& request) {
  engine::ChatAnswers::RawRequest raw;
  raw.infill = request.infill;
  raw.echo = request.echo;
  raw.sampler.sampling = request.sampling;
  raw.sampler.logit_bias = request.logit_bias;
  raw.sampler.grammar = request.grammar;
  raw.sampler.ignore_end = request.ignore_eos;
  raw.json_schema = request.json_schema;
  raw.top_logprobs = request.top_logprobs;
  raw.stops = request.stop;
  raw.max_tokens = request.max_tokens;
  return raw;
}

/// What the provider itself says; nothing if it does not, or not soon.
asio::awaitable<std::optional<std::size_t>> asked_for_tokens(const RoutedProvider& routed,
                                                             const chat::Request& request) {
  constexpr std::chrono::seconds patience{10};
  if (routed.health->resting(Clock::now())) co_return std::nullopt;
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto queue = std::make_shared<EventQueue>(executor, EventQueue::Wake::end_only);
  const auto call = routed.provider->count_remotely(
      request, [queue](chat::Event event) { queue->push(std::move(event)); });
  const auto until = Clock::now() + patience;
  while (Clock::now() < until) {
    const auto events = co_await queue->take(until);
    for (const chat::Event& event : events) {
      if (const auto* end = std::get_if<chat::Finished>(&event)) {
        co_return static_cast<std::size_t>(end->usage.prompt_tokens);
      }
      if (std::holds_alternative<chat::Failed>(event)) co_return std::nullopt;
    }
  }
  co_return std::nullopt;
}

}  // namespace

asio::awaitable<void> refuse(Exchange& exchange, const Error& error) {
  log_refused(exchange, error);
  co_await exchange.reply_error(error);
}

asio::awaitable<void> answer_chat(Exchange& exchange, chat::Request& request, Answer& answer,
                                  int n_choices) {
  auto routed = co_await route_request(exchange, request);
  if (!routed) {
    co_await refuse(exchange, routed.error());
    co_return;
  }
  answer.record = std::move(routed->record);
  answer.on_end = [routes = exchange.shared_routes(), conversation = routed->decision.conversation,
                   bytes = routed->decision.bytes](const observe::RequestRecord& ended) {
    if (ended.error.empty()) routes->router->learn(conversation, bytes, use_of(ended));
  };
  auto trail = std::make_shared<provider::AttemptTrail>();
  answer.trail = trail;
  std::vector<provider::StartAnswer> starts;
  for (int i = 0; i < n_choices; ++i) {
    auto attempts = attempts_of_choice(exchange.routes(), *routed, i, n_choices);
    if (!attempts) {
      co_await refuse(exchange, attempts.error());
      co_return;
    }
    // The record tells of the first one's way.
    auto own_trail = i == 0 ? trail : std::make_shared<provider::AttemptTrail>();
    starts.emplace_back([all = std::move(*attempts),
                         own_trail = std::move(own_trail)](chat::EventSink sink) mutable {
      return provider::start_with_fallback(std::move(all), std::move(sink), own_trail);
    });
  }
  answer.start = [all = std::move(starts)](chat::EventSink sink) mutable {
    return provider::start_choices(std::move(all), provider::Prompts::one, std::move(sink));
  };
  co_await send_answer(exchange, answer);
}

asio::awaitable<void> answer_raw(Exchange& exchange, wire::CompletionRequest& request,
                                 Answer& answer) {
  const Routes& routes = exchange.routes();
  const auto local = routes.local_for(request.model);
  if (local == nullptr) {
    const Error error = routes.no_local_model(request.model);
    co_await refuse(exchange, error);
    co_return;
  }
  const std::string model = routes.local_model_name(request.model);
  answer.record = begin_record(exchange);
  answer.record.route = local->name() + "," + model;
  if (!request.session.empty()) answer.record.session = request.session;
  answer.record.scenario = "default";
  answer.record.why = "raw completions go to the local model";
  answer.record.warnings = fmt::format("{}", fmt::join(request.warnings, "\n"));
  take_defaults(routes.router->params_for({local->name(), model}), request);
  const auto prompts =
      request.prompts.size() == 1 ? provider::Prompts::one : provider::Prompts::each_its_own;
  std::vector<provider::StartAnswer> starts;
  starts.reserve(request.n_answers());
  for (const wire::PromptParts& prompt : request.prompts) {
    for (int i = 0; i < request.n; ++i) {
      engine::ChatAnswers::RawRequest raw = raw_request(request);
      raw.prompt = prompt;
      vary_seed(raw.sampler.sampling, i);
      starts.emplace_back([local, model, asked = std::move(raw)](chat::EventSink sink) mutable {
        return local->complete(model, std::move(asked), std::move(sink));
      });
    }
  }
  answer.start = [prompts, all = std::move(starts)](chat::EventSink sink) mutable {
    return provider::start_choices(std::move(all), prompts, std::move(sink));
  };
  co_await send_answer(exchange, answer);
}

void tell_how_counted(Exchange& exchange, const CountedPrompt& counted) {
  if (counted.by == CountedPrompt::By::estimate) exchange.set_header("hearth-count", "estimate");
}

asio::awaitable<Result<CountedPrompt>> count_prompt(Exchange& exchange, chat::Request& request) {
  const Routes& routes = exchange.routes();
  auto routed = co_await route_request(exchange, request);
  if (!routed) co_return pass_on(routed);
  const auto found = routes.providers.find(routed->decision.destination.target.provider);
  router::apply(routed->decision.destination, routed->decision.subagent_tag, routed->request);
  provider::LocalProvider* own = nullptr;
  if (found != routes.providers.end()) {
    own = dynamic_cast<provider::LocalProvider*>(found->second.provider.get());
    if (own == nullptr) {
      const auto told = co_await asked_for_tokens(found->second, routed->request);
      if (told) co_return CountedPrompt{*told, CountedPrompt::By::its_model};
    }
  }
  const auto count = [&]() -> Result<CountedPrompt> {
    if (own != nullptr) {
      const auto tokens = own->count_tokens(routed->request);
      if (!tokens) return std::unexpected(tokens.error());
      return CountedPrompt{*tokens, CountedPrompt::By::its_model};
    }
    // A remote model's: with a local tokenizer, if there is one.
    if (const auto local = routes.local_for({})) {
      routed->request.model = routes.local_model_name({});
      if (const auto tokens = local->count_tokens(routed->request)) {
        return CountedPrompt{*tokens, CountedPrompt::By::estimate};
      }
    }
    return CountedPrompt{router::estimated_tokens(routed->request), CountedPrompt::By::estimate};
  };
  co_return co_await on_worker(exchange.services().workers, count);
}

}  // namespace hearth::gateway
