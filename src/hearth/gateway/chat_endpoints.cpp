#include "hearth/gateway/chat_endpoints.h"

#include <algorithm>
#include <cctype>

#include "hearth/base/trimmed.h"
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

Result<chat::Request> decode_with(Exchange& exchange,
                                  Result<chat::Request> (*decode)(const json::value&)) {
  const auto body = exchange.parse_body();
  if (!body) return std::unexpected(body.error());
  return decode(*body);
}

/// Of the headers `anthropic-beta`: the names in them that are of the usual kind.
std::string api_features(const Exchange& exchange) {
  const std::string told = exchange.header_values("anthropic-beta");
  const auto is_usual = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("-_.").contains(c);
  };
  std::string names;
  for (std::string_view rest = told; !rest.empty();) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view name = trimmed(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    if (name.empty() || !std::ranges::all_of(name, is_usual)) continue;
    if (!names.empty()) names += ',';
    names += name;
  }
  return names;
}

asio::awaitable<void> reply_input_tokens(Exchange& exchange, Result<chat::Request>& request) {
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
  fields["input_tokens"] = counted->tokens;
  tell_how_counted(exchange, *counted);
  const json::value body = std::move(fields);
  co_await exchange.reply_json(200, body);
}

}  // namespace

asio::awaitable<void> post_messages(Exchange& exchange) {
  auto request = decode_with(exchange, &wire::decode_messages_request);
  if (!request) {
    co_await refuse(exchange, request.error());
    co_return;
  }
  request->api_features = api_features(exchange);
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
  auto body = exchange.parse_body();
  if (!body) {
    co_await refuse(exchange, body.error());
    co_return;
  }
  auto request = wire::decode_chat_request(*body);
  if (!request) {
    co_await refuse(exchange, request.error());
    co_return;
  }
  const auto usage =
      wire::wants_usage(body->get_object()) ? wire::UsageChunk::send : wire::UsageChunk::leave_out;
  const int n_choices = wire::wanted_choices(body->get_object());
  // It is not needed while the answer is made.
  body = json::value();
  const wire::AnswerIdentity identity{
      .id = {}, .model = exchange.routes().shown_model(request->model), .created = 0};
  Answer answer;
  if (request->stream) {
    answer.stream = std::make_unique<wire::ChatCompletionStream>(identity, usage,
                                                                 wire::custom_tools_of(*request));
  } else {
    answer.whole =
        std::make_unique<wire::ChatCompletionCollector>(identity, wire::custom_tools_of(*request));
  }
  co_await answer_chat(exchange, *request, answer, n_choices);
}

asio::awaitable<void> post_count_tokens(Exchange& exchange) {
  auto request = decode_with(exchange, &wire::decode_count_tokens_request);
  if (request) request->api_features = api_features(exchange);
  co_await reply_input_tokens(exchange, request);
}

asio::awaitable<void> post_chat_input_tokens(Exchange& exchange) {
  auto request = decode_with(exchange, &wire::decode_chat_request);
  co_await reply_input_tokens(exchange, request);
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
  const wire::AnswerIdentity identity{
      .id = {}, .model = exchange.routes().local_model_name(decoded->model), .created = 0};
  Answer answer;
  if (decoded->stream) {
    answer.stream = std::make_unique<wire::CompletionStream>(identity, decoded->usage);
  } else {
    answer.whole = std::make_unique<wire::CompletionCollector>(identity);
  }
  co_await answer_raw(exchange, *decoded, answer);
}

}  // namespace hearth::gateway
