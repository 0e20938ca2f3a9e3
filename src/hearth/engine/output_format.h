#pragma once

#include <string>
#include <vector>

#include <chat.h>
#include <common.h>

#include "hearth/chat/request.h"
#include "hearth/engine/weights.h"

namespace hearth::engine {

/// How the model's output is constrained and read; made by render, private to engine/.
struct OutputFormat {
  common_chat_parser_params parser;
  common_grammar grammar;
  bool grammar_lazy = false;
  std::vector<common_grammar_trigger> triggers;
  std::vector<std::string> preserved_tokens;
  /// Text already in the prompt that the grammar and the parser must see first.
  std::string generation_prompt;
  /// The beginning of a forced tool call: in the prompt, and part of the output's text.
  std::string forced_beginning;
  /// Put behind the prompt, and no part of what is parsed: where a template's answers begin with a
  /// header of their own (harmony's channel), the header of a plain answer.
  std::string answer_header;
  /// The beginning of the answer that the request holds: parsed with it, and never sent.
  std::string begun;
  std::string thinking_start;
  std::vector<std::string> thinking_ends;
  /// Names of all tools that may be called; empty if none may.
  std::vector<std::string> tool_names;
  /// True if the answer may hold one call at most.
  bool single_call = false;
  /// True if the output can be anything but plain text: only then it is parsed.
  bool structured = false;
};

/// How what follows `prompt_params`' prompt is constrained and read. `native_tools`: the template
/// wrote the tools. Errors: invalid_request, where no grammar can be made.
Result<OutputFormat> make_format(const Weights& weights, const chat::Request& request,
                                 const common_chat_params& prompt_params, bool native_tools,
                                 std::vector<std::string>& warnings);

/// What follows a begun answer is its plain text, or calls of tools.
void read_behind_begun_answer(const Weights& weights, const std::string& begun,
                              OutputFormat& format);

}  // namespace hearth::engine
