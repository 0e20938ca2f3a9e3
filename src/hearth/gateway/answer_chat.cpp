#include "hearth/gateway/answer_chat.h"

#include "hearth/gateway/on_worker.h"
#include "hearth/gateway/route_request.h"

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

}  // namespace

asio::awaitable<void> refuse(Exchange& exchange, const Error& error) {
  log_refused(exchange, error);
  co_await exchange.reply_error(error);
}

asio::awaitable<void> answer_chat(Exchange& exchange, chat::Request& request, Answer& answer) {
  auto routed = co_await route_request(exchange, request);
  if (!routed) {
    co_await refuse(exchange, routed.error());
    co_return;
  }
  auto attempts = attempts_for(exchange.routes(), *routed);
  if (!attempts) {
    co_await refuse(exchange, attempts.error());
    co_return;
  }
  answer.record = std::move(routed->record);
  answer.on_end = [routes = exchange.shared_routes(),
                   conversation = std::move(routed->decision.conversation),
                   bytes = routed->decision.bytes](const observe::RequestRecord& ended) {
    if (ended.error.empty()) routes->router->learn(conversation, bytes, use_of(ended));
  };
  auto trail = std::make_shared<provider::AttemptTrail>();
  answer.trail = trail;
  answer.start = [attempts = std::move(*attempts),
                  trail = std::move(trail)](chat::EventSink sink) mutable {
    return provider::start_with_fallback(std::move(attempts), std::move(sink), trail);
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
  engine::ChatAnswers::RawRequest raw;
  if (auto* tokens = std::get_if<std::vector<int>>(&request.prompt)) {
    raw.tokens = std::move(*tokens);
  } else {
    raw.text = std::move(std::get<std::string>(request.prompt));
  }
  raw.sampler.sampling = request.sampling;
  raw.sampler.ignore_end = request.ignore_eos;
  raw.stops = std::move(request.stop);
  raw.max_tokens = request.max_tokens;
  answer.start = [local, model, asked = std::move(raw)](chat::EventSink sink) mutable {
    return local->complete(model, std::move(asked), std::move(sink));
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
