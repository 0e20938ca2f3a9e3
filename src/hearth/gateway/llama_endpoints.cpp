#include "hearth/gateway/llama_endpoints.h"

#include <fmt/format.h>

#include "hearth/base/utf8.h"
#include "hearth/gateway/answer_chat.h"
#include "hearth/gateway/on_worker.h"
#include "hearth/wire/llama_completion.h"
#include "hearth/wire/openai_decode.h"

namespace hearth::gateway {
namespace {

namespace asio = boost::asio;

Result<json::object> body_object(Exchange& exchange) {
  auto body = exchange.parse_body();
  if (!body) return pass_on(body);
  if (!body->is_object()) {
    return fail(ErrorKind::invalid_request,
                fmt::format("expected a JSON object, found {}", kind_in_words(*body)));
  }
  return std::move(body->get_object());
}

Result<std::shared_ptr<provider::LocalProvider>> local_of(const Routes& routes,
                                                          const json::object& body) {
  const std::string asked(find_string(body, "model").value_or(""));
  auto local = routes.local_for(asked);
  if (local == nullptr) return std::unexpected(routes.no_local_model(asked));
  return local;
}

/// Text, or bytes where they are a part of a code point.
json::value piece_value(const std::string& text) {
  if (is_valid_utf8(text)) return json::value(text);
  json::array bytes;
  for (const char byte : text) bytes.emplace_back(static_cast<unsigned char>(byte));
  return bytes;
}

Result<json::object> tokenize(const Routes& routes, const json::object& body) {
  const auto content = find_string(body, "content");
  if (!content) {
    return fail(ErrorKind::invalid_request, "content: expected a string, the text to tokenize");
  }
  auto local = local_of(routes, body);
  if (!local) return pass_on(local);
  using engine::Weights;
  const auto begin = find_bool(body, "add_special").value_or(false) ? Weights::Begin::of_sequence
                                                                    : Weights::Begin::bare;
  const auto special = find_bool(body, "parse_special").value_or(true) ? Weights::Special::as_tokens
                                                                       : Weights::Special::as_text;
  const std::string model =
      routes.local_model_name(std::string(find_string(body, "model").value_or("")));
  const auto tokens = (*local)->tokenize(model, *content, begin, special);
  if (!tokens) return std::unexpected(tokens.error());
  if (!find_bool(body, "with_pieces").value_or(false)) {
    return json::object{{"tokens", json::array(tokens->begin(), tokens->end())}};
  }
  json::array pieces;
  for (const int token : *tokens) {
    const auto text = (*local)->detokenize(model, {token});
    if (!text) return std::unexpected(text.error());
    pieces.push_back(json::object{{"id", token}, {"piece", piece_value(*text)}});
  }
  return json::object{{"tokens", std::move(pieces)}};
}

Result<json::object> detokenize(const Routes& routes, const json::object& body) {
  const auto* list = find_array(body, "tokens");
  if (list == nullptr) {
    return fail(ErrorKind::invalid_request, "tokens: expected an array of token numbers");
  }
  std::vector<int> tokens;
  for (const json::value& element : *list) {
    if (!element.is_int64() || element.get_int64() < 0 || element.get_int64() > INT32_MAX) {
      return fail(ErrorKind::invalid_request,
                  fmt::format("tokens: expected numbers of tokens, found {}", to_json(element)));
    }
    tokens.push_back(static_cast<int>(element.get_int64()));
  }
  auto local = local_of(routes, body);
  if (!local) return pass_on(local);
  const std::string model =
      routes.local_model_name(std::string(find_string(body, "model").value_or("")));
  const auto text = (*local)->detokenize(model, tokens);
  if (!text) return std::unexpected(text.error());
  return json::object{{"content", to_valid_utf8(*text)}};
}

asio::awaitable<void> reply_from_worker(Exchange& exchange,
                                        Result<json::object> (*work)(const Routes&,
                                                                     const json::object&)) {
  const auto body = body_object(exchange);
  if (!body) {
    co_await exchange.reply_error(body.error());
    co_return;
  }
  const auto run = [&] { return work(exchange.routes(), *body); };
  const auto result = co_await on_worker(exchange.services().workers, run);
  if (result) {
    const json::value answer = *result;
    co_await exchange.reply_json(200, answer);
  } else {
    co_await exchange.reply_error(result.error());
  }
}

Result<json::object> apply_template(const Routes& routes, const json::object& body) {
  auto request = wire::decode_chat_request(body);
  if (!request) return pass_on(request);
  auto local = local_of(routes, body);
  if (!local) return pass_on(local);
  const router::Target target{(*local)->name(), routes.local_model_name(request->model)};
  router::apply({target, routes.router->params_for(target)}, {}, *request);
  auto text = find_bool(body, "add_generation_prompt").value_or(true)
                  ? (*local)->render(*request)
                  : (*local)->render_without_answer(*request);
  if (!text) return pass_on(text);
  return json::object{{"prompt", std::move(*text)}};
}

asio::awaitable<void> answer_native(Exchange& exchange,
                                    Result<wire::LlamaCompletion> (*decode)(const json::value&)) {
  const auto body = exchange.parse_body();
  if (!body) {
    co_await refuse(exchange, body.error());
    co_return;
  }
  auto decoded = decode(*body);
  if (!decoded) {
    co_await refuse(exchange, decoded.error());
    co_return;
  }
  wire::CompletionRequest& request = decoded->request;
  const wire::AnswerIdentity identity{
      .id = {}, .model = exchange.routes().local_model_name(request.model), .created = 0};
  Answer answer;
  if (request.stream) {
    answer.stream = std::make_unique<wire::LlamaCompletionStream>(identity, *decoded);
  } else {
    answer.whole = std::make_unique<wire::LlamaCompletionCollector>(identity, *decoded);
  }
  co_await answer_raw(exchange, request, answer);
}

}  // namespace

asio::awaitable<void> post_llama_completion(Exchange& exchange) {
  co_await answer_native(exchange, &wire::decode_llama_completion);
}

asio::awaitable<void> post_llama_infill(Exchange& exchange) {
  co_await answer_native(exchange, &wire::decode_llama_infill);
}

asio::awaitable<void> post_apply_template(Exchange& exchange) {
  co_await reply_from_worker(exchange, &apply_template);
}

asio::awaitable<void> post_tokenize(Exchange& exchange) {
  co_await reply_from_worker(exchange, &tokenize);
}

asio::awaitable<void> post_detokenize(Exchange& exchange) {
  co_await reply_from_worker(exchange, &detokenize);
}

asio::awaitable<void> get_props(Exchange& exchange) {
  const Routes& routes = exchange.routes();
  const std::string model = routes.local_model_name({});
  const auto instance = model.empty() ? nullptr : routes.local_models->loaded(model);
  if (instance == nullptr) {
    const Error error{ErrorKind::unavailable, "no local model is loaded"};
    co_await exchange.reply_error(error);
    co_return;
  }
  json::object defaults;
  defaults["n_ctx"] = instance->n_ctx();
  json::object fields;
  fields["default_generation_settings"] = std::move(defaults);
  fields["model_alias"] = model;
  fields["model_path"] = routes.local_models->file_of(model).string();
  fields["chat_template"] = instance->weights().info().chat_template;
  fields["modalities"] = json::object{{"vision", false}, {"audio", false}};
  const json::value body = std::move(fields);
  co_await exchange.reply_json(200, body);
}

}  // namespace hearth::gateway
