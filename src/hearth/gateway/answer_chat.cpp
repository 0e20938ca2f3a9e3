#include "hearth/gateway/answer_chat.h"

#include "hearth/gateway/on_worker.h"
#include "hearth/gateway/route_request.h"

namespace hearth::gateway {
namespace {

namespace asio = boost::asio;

void log_refused(Exchange& exchange, const Error& error) {
  if (!exchange.services().request_log) return;
  observe::RequestRecord record = begin_record(exchange);
  record.error = error.message;
  exchange.services().request_log->add(std::move(record));
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
  answer.record = std::move(routed->record);
  answer.start = [provider = routed->provider,
                  asked = std::move(routed->request)](chat::EventSink sink) mutable {
    return provider->start(std::move(asked), std::move(sink));
  };
  co_await send_answer(exchange, answer);
}

asio::awaitable<Result<std::size_t>> count_prompt(Exchange& exchange, chat::Request& request) {
  Services& services = exchange.services();
  auto routed = co_await route_request(exchange, request);
  if (!routed) co_return pass_on(routed);
  // A remote model's tokens are counted with a local tokenizer, if there is one.
  const auto count = [&]() -> Result<std::size_t> {
    auto* local = dynamic_cast<provider::LocalProvider*>(routed->provider.get());
    if (local != nullptr) return local->count_tokens(routed->request);
    local = services.local_for({});
    if (local == nullptr) {
      return fail(ErrorKind::unavailable,
                  "tokens are counted with a local model's tokenizer, and this server has none");
    }
    routed->request.model = services.local_model_name({});
    return local->count_tokens(routed->request);
  };
  co_return co_await on_worker(services.workers, count);
}

}  // namespace hearth::gateway
