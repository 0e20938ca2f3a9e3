#pragma once

#include "hearth/gateway/answer.h"
#include "hearth/gateway/exchange.h"
#include "hearth/wire/openai_completion.h"

namespace hearth::gateway {

/// Replies with `error` and logs the request.
boost::asio::awaitable<void> refuse(Exchange& exchange, const Error& error);

/// Routes `request`, and takes it. `answer` says how to write the answer.
boost::asio::awaitable<void> answer_chat(Exchange& exchange, chat::Request& request,
                                         Answer& answer);

/// Continues a raw prompt with a local model, likewise.
boost::asio::awaitable<void> answer_raw(Exchange& exchange, wire::CompletionRequest& request,
                                        Answer& answer);

/// The tokens of the prompt that `request` becomes, which is taken. Errors: those of routing;
/// unavailable without any local model.
boost::asio::awaitable<Result<std::size_t>> count_prompt(Exchange& exchange,
                                                         chat::Request& request);

}  // namespace hearth::gateway
