#include "hearth/gateway/answer_chat.h"

#include <climits>

#include <algorithm>

#include "hearth/gateway/on_worker.h"
#include "hearth/gateway/route_request.h"
#include "hearth/provider/choices.h"

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
  answer.record.scenario = "default";
  answer.record.why = "raw completions go to the local model";
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

asio::awaitable<Result<std::size_t>> count_prompt(Exchange& exchange, chat::Request& request) {
  const Routes& routes = exchange.routes();
  auto routed = co_await route_request(exchange, request);
  if (!routed) co_return pass_on(routed);
  const auto found = routes.providers.find(routed->decision.destination.target.provider);
  router::apply(routed->decision.destination, routed->decision.subagent_tag, routed->request);
  // A remote model's tokens are counted with a local tokenizer, if there is one.
  const auto count = [&]() -> Result<std::size_t> {
    if (found != routes.providers.end()) {
      auto* local = dynamic_cast<provider::LocalProvider*>(found->second.provider.get());
      if (local != nullptr) return local->count_tokens(routed->request);
    }
    const auto local = routes.local_for({});
    if (local == nullptr) {
      return fail(ErrorKind::unavailable,
                  "tokens are counted with a local model's tokenizer, and this server has none");
    }
    routed->request.model = routes.local_model_name({});
    return local->count_tokens(routed->request);
  };
  co_return co_await on_worker(exchange.services().workers, count);
}

}  // namespace hearth::gateway
