#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "hearth/chat/infill.h"
#include "hearth/chat/request.h"
#include "hearth/wire/fields.h"
#include "hearth/wire/openai_answer.h"

namespace hearth::wire {

/// A raw prompt: text, and the model's own tokens, in the order in which they stand.
using PromptParts = std::vector<std::variant<std::string, std::vector<int>>>;

/// A request to continue raw prompts: no template, no roles.
struct CompletionRequest {
  std::string model;
  std::vector<PromptParts> prompts;  ///< each is answered
  int n = 1;                         ///< answers to each
  std::optional<int> max_tokens;     ///< unset: as many as the window holds
  chat::Sampling sampling;
  std::vector<chat::LogitBias> logit_bias;
  std::optional<int> top_logprobs;
  std::string grammar;                     ///< GBNF
  std::optional<json::value> json_schema;  ///< the answer must be JSON after this schema
  std::vector<std::string> stop;
  std::optional<chat::Infill> infill;
  bool echo = false;
  bool stream = false;
  UsageChunk usage = UsageChunk::leave_out;
  bool ignore_eos = false;  ///< an extension of llama.cpp's server, for benchmarks
  std::string session;      ///< `prompt_cache_key`
  std::vector<std::string> warnings;

  [[nodiscard]] std::size_t n_answers() const {
    return prompts.size() * static_cast<std::size_t>(n);
  }
};

/// At most so many answers to one request.
inline constexpr std::size_t most_answers = 128;

/// `prompt`: text, or a list. A list with a token's number in it is one prompt of tokens and text;
/// any other is a list of prompts, of which each is text, such a list, or, as llama.cpp's server
/// takes it, {"prompt_string": TEXT}.
std::vector<PromptParts> decode_prompts(Fields& body);

}  // namespace hearth::wire
