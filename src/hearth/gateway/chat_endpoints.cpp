#include "hearth/gateway/chat_endpoints.h"

#include "hearth/gateway/answer_chat.h"
#include "hearth/gateway/route_request.h"
#include "hearth/wire/anthropic_answer.h"
#include "hearth/wire/anthropic_decode.h"
#include "hearth/wire/openai_answer.h"
#include "hearth/wire/openai_completion.h"
#include "hearth/wire/openai_decode.h"

namespace hearth::gateway {
namespace {

namespace asio = boost::asio;

Result<chat::Request> decode_with(const Exchange& exchange,
                                  Result<chat::Request> (*decode)(const json::value&)) {
  const auto body = exchange.parse_body();
  if (!body) return std::unexpected(body.error());
  return decode(*body);
}

}  // namespace

asio::awaitable<void> post_messages(Exchange& exchange) {
  auto request = decode_with(exchange, &wire::decode_messages_request);
  if (!request) {
    co_await refuse(exchange, request.error());
    co_return;
  }
  const wire::AnswerIdentity identity{.id = {}, .model = request->model, .created = 0};
  Answer answer;
  if (request->stream) {
    answer.stream = std::make_unique<wire::MessagesStream>(identity);
  } else {
    answer.whole = std::make_unique<wire::MessagesCollector>(identity);
  }
  co_await answer_chat(exchange, *request, answer);
}

asio::awaitable<void> post_chat_completions(Exchange& exchange) {
  const auto body = exchange.parse_body();
  if (!body) {
    co_await refuse(exchange, body.error());
    co_return;
  }
  auto request = wire::decode_chat_request(*body);
  if (!request) {
    co_await refuse(exchange, request.error());
    co_return;
  }
  const wire::AnswerIdentity identity{.id = {}, .model = request->model, .created = 0};
  Answer answer;
  if (request->stream) {
    const auto usage = wire::wants_usage(body->get_object()) ? wire::UsageChunk::send
                                                             : wire::UsageChunk::leave_out;
    answer.stream = std::make_unique<wire::ChatCompletionStream>(identity, usage);
  } else {
    answer.whole = std::make_unique<wire::ChatCompletionCollector>(identity);
  }
  co_await answer_chat(exchange, *request, answer);
}

asio::awaitable<void> post_count_tokens(Exchange& exchange) {
  auto request = decode_with(exchange, &wire::decode_count_tokens_request);
  if (!request) {
    co_await exchange.reply_error(request.error());
    co_return;
  }
  const auto counted = co_await count_prompt(exchange, *request);
  if (!counted) {
    co_await exchange.reply_error(counted.error());
    co_return;
  }
  json::object fields;
  fields["input_tokens"] = *counted;
  const json::value body = std::move(fields);
  co_await exchange.reply_json(200, body);
}

asio::awaitable<void> post_completions(Exchange& exchange) {
  const auto body = exchange.parse_body();
  if (!body) {
    co_await refuse(exchange, body.error());
    co_return;
  }
  auto decoded = wire::decode_completion_request(*body);
  if (!decoded) {
    co_await refuse(exchange, decoded.error());
    co_return;
  }
  Services& services = exchange.services();
  provider::LocalProvider* local = services.local_for(decoded->model);
  if (local == nullptr) {
    const Error error = services.no_local_model(decoded->model);
    co_await refuse(exchange, error);
    co_return;
  }
  const std::string model = services.local_model_name(decoded->model);
  const wire::AnswerIdentity identity{.id = {}, .model = model, .created = 0};

  Answer answer;
  answer.record = begin_record(exchange);
  answer.record.route = local->name() + "," + model;
  answer.record.scenario = "default";
  answer.record.why = "raw completions go to the local model";
  if (decoded->stream) {
    answer.stream = std::make_unique<wire::CompletionStream>(identity, decoded->usage);
  } else {
    answer.whole = std::make_unique<wire::CompletionCollector>(identity);
  }
  engine::ChatAnswers::RawRequest raw;
  if (auto* tokens = std::get_if<std::vector<int>>(&decoded->prompt)) {
    raw.tokens = std::move(*tokens);
  } else {
    raw.text = std::move(std::get<std::string>(decoded->prompt));
  }
  raw.sampler.sampling = decoded->sampling;
  raw.sampler.ignore_end = decoded->ignore_eos;
  raw.stops = std::move(decoded->stop);
  raw.max_tokens = decoded->max_tokens;
  answer.start = [local, model, asked = std::move(raw)](chat::EventSink sink) mutable {
    return local->complete(model, std::move(asked), std::move(sink));
  };
  co_await send_answer(exchange, answer);
}

}  // namespace hearth::gateway
