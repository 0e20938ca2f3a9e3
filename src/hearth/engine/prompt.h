#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "hearth/chat/request.h"
#include "hearth/engine/weights.h"

namespace hearth::engine {

struct OutputFormat;

/// A conversation rendered by the model's own chat template, and how to read what follows it.
struct Prompt {
  std::vector<Token> tokens;
  std::string text;
  /// Grammar, triggers and parser; null for raw completions.
  std::shared_ptr<const OutputFormat> format;
  /// Texts that end the answer besides the client's own.
  std::vector<std::string> stops;
  /// What was changed or left out while rendering, one sentence each.
  std::vector<std::string> warnings;
};

/// Renders `request` for `weights`. The same conversation gives the same tokens: tool choice,
/// sampling and output format do not touch the prompt, but for a forced tool call, whose first
/// characters are put behind it.
/// Tools with `defer_loading` are written where a ToolReferenceBlock names them, and known to
/// grammar and parser from the start.
/// A last message of the assistant is the beginning of the answer (begun_answer), which goes on
/// from there; it does not think, then. Errors: invalid_request for what this model cannot do
/// (images; no usable template), and for a begun answer with a schema.
Result<Prompt> render(const Weights& weights, const chat::Request& request);

/// The text of the conversation without what opens the turn of an answer. A last message of the
/// assistant is one like all others. Errors as render.
Result<std::string> render_without_answer(const Weights& weights, const chat::Request& request);

/// The text of a last message of the assistant, as Anthropic's API ("prefill") and llama-server
/// take it: the answer holds only what comes behind. Empty if the last message is another's, or not
/// only text.
std::string begun_answer(const chat::Request& request);

/// The text of the conversation alone, where no answer is asked for, with what opens the turn of
/// one; and its tokens. Errors as render.
Result<std::string> conversation_text(const Weights& weights, const chat::Request& request);
Result<std::vector<Token>> render_conversation(const Weights& weights,
                                               const chat::Request& request);

/// Text, and the model's own tokens, in the order in which they stand.
using RawPrompt = std::vector<std::variant<std::string, std::vector<Token>>>;

/// A prompt without a template. Error: invalid_request for a token that the model does not have.
Result<Prompt> raw_prompt(const Weights& weights, const RawPrompt& parts, Weights::Begin begin);
Prompt raw_prompt(const Weights& weights, std::string_view text);

/// Error: invalid_request, "FIELD: … is not a token of this model".
Result<void> check_tokens(const Weights& weights, const std::vector<Token>& tokens,
                          std::string_view field);

}  // namespace hearth::engine
