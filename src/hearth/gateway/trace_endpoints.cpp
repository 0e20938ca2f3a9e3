#include "hearth/gateway/trace_endpoints.h"

#include "hearth/gateway/on_worker.h"

namespace hearth::gateway {
namespace {

namespace asio = boost::asio;

asio::awaitable<void> reply(Exchange& exchange,
                            Result<TrafficRecorder::Status> (*work)(TrafficRecorder&)) {
  Services& services = exchange.services();
  const auto run = [&] { return work(*services.traffic_recorder); };
  const auto result = co_await on_worker(services.workers, run);
  if (!result) {
    co_await exchange.reply_error(result.error());
    co_return;
  }
  json::object fields;
  fields["recording"] = result->recording;
  fields["folder"] = result->folder.string();
  fields["sessions"] = result->n_sessions;
  fields["requests"] = result->n_requests;
  const json::value answer = std::move(fields);
  co_await exchange.reply_json(200, answer);
}

}  // namespace

asio::awaitable<void> get_trace(Exchange& exchange) {
  co_await reply(exchange, [](TrafficRecorder& recorder) {
    return Result<TrafficRecorder::Status>(recorder.status());
  });
}

asio::awaitable<void> post_trace_start(Exchange& exchange) {
  co_await reply(exchange, [](TrafficRecorder& recorder) { return recorder.start(); });
}

asio::awaitable<void> post_trace_stop(Exchange& exchange) {
  co_await reply(exchange, [](TrafficRecorder& recorder) { return recorder.stop(); });
}

}  // namespace hearth::gateway
