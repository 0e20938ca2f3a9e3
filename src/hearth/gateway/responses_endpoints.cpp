#include "hearth/gateway/responses_endpoints.h"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include "hearth/base/id.h"
#include "hearth/base/log.h"
#include "hearth/gateway/answer_chat.h"
#include "hearth/gateway/on_worker.h"
#include "hearth/wire/responses_answer.h"
#include "hearth/wire/responses_decode.h"

namespace hearth::gateway {
namespace {

namespace asio = boost::asio;

Error not_kept() {
  return {
      ErrorKind::unavailable,
      "responses are not kept, since their file could not be opened; the server's log says why"};
}

/// The request with the turns that it goes on from. `input` gets its own items if they are to be
/// kept.
asio::awaitable<Result<wire::ResponsesRequest>> decode(Exchange& exchange, json::array& input) {
  auto body = exchange.parse_body();
  if (!body) co_return pass_on(body);
  Services& services = exchange.services();
  json::array before;
  if (const std::string previous = wire::previous_response_id(*body); !previous.empty()) {
    if (!services.response_store) co_return std::unexpected(not_kept());
    const auto read = [&] { return services.response_store->items_up_to(previous); };
    auto items = co_await on_worker(services.workers, read);
    if (!items) co_return pass_on(items);
    before = std::move(*items);
  }
  auto decoded = wire::decode_responses_request(*body, before);
  if (decoded && decoded->store) input = wire::input_items(*body);
  co_return decoded;
}

/// Keeps a response once it is made, off the network's thread.
std::function<void(const json::object&)> keeper(Services& services, json::array input) {
  if (!services.response_store) return {};
  return [&services, input = std::move(input)](const json::object& response) {
    asio::post(services.workers, [&services, input, response] {
      const auto kept = services.response_store->keep(response, input);
      if (!kept) spdlog::warn("a response was not kept: {}", kept.error().message);
    });
  };
}

/// Runs `ask` with the store on a worker and replies with what it gives.
template <class Ask>
asio::awaitable<void> reply_from_store(Exchange& exchange, Ask& ask) {
  Services& services = exchange.services();
  if (!services.response_store) {
    const Error error = not_kept();
    co_await exchange.reply_error(error);
    co_return;
  }
  const auto result = co_await on_worker(services.workers, ask);
  if (result) {
    const json::value body = *result;
    co_await exchange.reply_json(200, body);
  } else {
    co_await exchange.reply_error(result.error());
  }
}

}  // namespace

asio::awaitable<void> post_responses(Exchange& exchange) {
  json::array input;
  auto decoded = co_await decode(exchange, input);
  if (!decoded) {
    co_await refuse(exchange, decoded.error());
    co_return;
  }
  wire::ResponsesShape shape;
  shape.identity.model = decoded->request.model;
  shape.tools = std::move(decoded->tools);
  shape.echo = std::move(decoded->echo);
  shape.sealed = decoded->sealed;
  if (decoded->store) shape.on_done = keeper(exchange.services(), std::move(input));
  Answer answer;
  if (decoded->request.stream) {
    answer.stream = std::make_unique<wire::ResponsesStream>(std::move(shape));
  } else {
    answer.whole = std::make_unique<wire::ResponsesCollector>(std::move(shape));
  }
  co_await answer_chat(exchange, decoded->request, answer);
}

asio::awaitable<void> post_response_input_tokens(Exchange& exchange) {
  json::array input;
  auto decoded = co_await decode(exchange, input);
  if (!decoded) {
    co_await exchange.reply_error(decoded.error());
    co_return;
  }
  const auto counted = co_await count_prompt(exchange, decoded->request);
  if (!counted) {
    co_await exchange.reply_error(counted.error());
    co_return;
  }
  json::object fields;
  fields["object"] = "response.input_tokens";
  fields["input_tokens"] = counted->tokens;
  tell_how_counted(exchange, *counted);
  const json::value body = std::move(fields);
  co_await exchange.reply_json(200, body);
}

asio::awaitable<void> get_response(Exchange& exchange, std::string_view id) {
  constexpr std::string_view items = "/input_items";
  Services& services = exchange.services();
  if (!id.ends_with(items)) {
    const auto ask = [&] { return services.response_store->response(std::string(id)); };
    co_await reply_from_store(exchange, ask);
    co_return;
  }
  const std::string of(id.substr(0, id.size() - items.size()));
  const auto ask = [&]() -> Result<json::object> {
    auto input = services.response_store->input(of);
    if (!input) return pass_on(input);
    for (json::value& item : *input) {
      if (json::object* object = item.if_object(); object && !object->contains("id")) {
        (*object)["id"] = new_id("item_");
      }
    }
    json::object list;
    list["object"] = "list";
    list["first_id"] = input->empty() ? json::value() : input->front().at("id");
    list["last_id"] = input->empty() ? json::value() : input->back().at("id");
    list["has_more"] = false;
    list["data"] = std::move(*input);
    return list;
  };
  co_await reply_from_store(exchange, ask);
}

asio::awaitable<void> delete_response(Exchange& exchange, std::string_view id) {
  Services& services = exchange.services();
  const auto ask = [&]() -> Result<json::object> {
    const auto removed = services.response_store->remove(std::string(id));
    if (!removed) return std::unexpected(removed.error());
    return json::object{{"id", id}, {"object", "response"}, {"deleted", true}};
  };
  co_await reply_from_store(exchange, ask);
}

asio::awaitable<void> post_response(Exchange& exchange, std::string_view id) {
  Error error{
      ErrorKind::no_endpoint,
      fmt::format("there is no endpoint {}; see docs/api.md for those there are", exchange.path())};
  if (id.ends_with("/cancel")) {
    error = {ErrorKind::invalid_request,
             "only a response made in the background can be cancelled; close the connection of one "
             "that is being made"};
  }
  co_await exchange.reply_error(error);
}

}  // namespace hearth::gateway
