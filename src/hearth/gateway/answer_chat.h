#pragma once

#include "hearth/gateway/answer.h"
#include "hearth/gateway/exchange.h"
#include "hearth/wire/completion_request.h"

namespace hearth::gateway {

/// Replies with `error` and logs the request.
boost::asio::awaitable<void> refuse(Exchange& exchange, const Error& error);

/// Routes `request`, and takes it. `answer` says how to write the answer, or the `n_choices` of
/// them, which is for formats that know several.
boost::asio::awaitable<void> answer_chat(Exchange& exchange, chat::Request& request, Answer& answer,
                                         int n_choices = 1);

/// Continues raw prompts with a local model, likewise.
boost::asio::awaitable<void> answer_raw(Exchange& exchange, wire::CompletionRequest& request,
                                        Answer& answer);

struct CountedPrompt {
  enum class By {
    its_model,  ///< the tokenizer of the model that would answer, here or at its provider
    estimate,   ///< another model's, or the length of the texts
  };
  std::size_t tokens = 0;
  By by = By::its_model;
};

/// The tokens of the prompt that `request` becomes, which is taken. Errors: those of routing, and
/// of loading a local model.
boost::asio::awaitable<Result<CountedPrompt>> count_prompt(Exchange& exchange,
                                                           chat::Request& request);

/// The response's header that tells of an estimate; to be called before the reply.
void tell_how_counted(Exchange& exchange, const CountedPrompt& counted);

}  // namespace hearth::gateway
