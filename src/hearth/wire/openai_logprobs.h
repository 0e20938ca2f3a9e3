#pragma once

#include <optional>
#include <vector>

#include "hearth/chat/event.h"
#include "hearth/chat/request.h"
#include "hearth/wire/fields.h"

namespace hearth::wire {

/// `logit_bias`: an object of biases by token, or, as llama.cpp's server takes it, a list of pairs.
/// A token is its number or its text; a bias is a number, or false for "never".
std::vector<chat::LogitBias> decode_logit_bias(Fields& body);
/// As OpenAI's API has it: by number or text, minus infinity as -100.
json::object encode_logit_bias(const std::vector<chat::LogitBias>& biases);

/// `logprobs` and `top_logprobs` of a chat request.
std::optional<int> decode_chat_logprobs(Fields& body);

/// `logprobs` of a chat completion's choice; null without tokens.
json::value chat_logprobs(const std::vector<chat::SampledToken>& tokens);
/// The same, read. Empty for anything else.
std::vector<chat::SampledToken> tokens_of_chat_logprobs(const json::object& choice);

/// `logprobs` of a text completion's choice; null without tokens. `offset`: bytes of text before.
json::value completion_logprobs(const std::vector<chat::SampledToken>& tokens, std::size_t offset);

}  // namespace hearth::wire
