#include "hearth/engine/output_format.h"

#include <fmt/format.h>

#include <algorithm>

#include <json-schema-to-grammar.h>

#include "hearth/engine/chat_template.h"
#include "hearth/engine/grammar_schema.h"

namespace hearth::engine {
namespace {

using Choice = chat::ToolChoice::Mode;

bool may_be_called(const chat::ToolChoice& choice, const std::string& name) {
  if (choice.mode == Choice::tool) return name == choice.name;
  return choice.allowed.empty() || std::ranges::find(choice.allowed, name) != choice.allowed.end();
}

std::vector<common_chat_tool> callable_tools(const chat::Request& request, bool relaxed) {
  std::vector<common_chat_tool> tools;
  for (const chat::Tool& tool : request.tools) {
    if (!may_be_called(request.tool_choice, tool.name)) continue;
    const json::object schema =
        relaxed ? relax_for_grammar(tool.input_schema) : json::object{{"type", "object"}};
    tools.push_back({tool.name, tool.description, to_json(schema)});
  }
  return tools;
}

/// Grammar and parser depend on tools and output format, never on the conversation, so they are
/// made from a conversation of one word.
common_chat_params apply_format(const Weights& weights, const chat::Request& request,
                                common_chat_tool_choice choice, bool relaxed) {
  common_chat_templates_inputs inputs = template_inputs(request);
  common_chat_msg message;
  message.role = "user";
  message.content = "hello";
  inputs.messages.push_back(std::move(message));
  inputs.tools = callable_tools(request, relaxed);
  inputs.tool_choice = choice;
  if (request.json_schema && inputs.tools.empty() && request.json_schema->is_object()) {
    inputs.json_schema = to_json(relax_for_grammar(request.json_schema->get_object()));
  }
  return apply_chat_template(weights, inputs);
}

Result<common_chat_params> apply_format_leniently(const Weights& weights,
                                                  const chat::Request& request,
                                                  common_chat_tool_choice choice,
                                                  std::vector<std::string>& warnings) {
  try {
    return apply_format(weights, request, choice, true);
  } catch (const std::exception&) {
    warnings.emplace_back(
        "the tools' schemas are too large for a grammar; arguments are only held to be an object");
  }
  try {
    return apply_format(weights, request, choice, false);
  } catch (const std::exception& failure) {
    return fail(ErrorKind::invalid_request,
                fmt::format("no grammar could be made for this output format: {}", failure.what()));
  }
}

void take_format(OutputFormat& format, const common_chat_params& params) {
  format.parser = common_chat_parser_params(params);
  format.parser.reasoning_format = COMMON_REASONING_FORMAT_AUTO;
  if (!params.parser.empty()) format.parser.parser.load(params.parser);
  if (!params.grammar.empty()) {
    format.grammar = common_grammar(COMMON_GRAMMAR_TYPE_TOOL_CALLS, params.grammar);
  }
  format.grammar_lazy = params.grammar_lazy;
  format.triggers = params.grammar_triggers;
  format.preserved_tokens = params.preserved_tokens;
  format.generation_prompt = params.generation_prompt;
  format.thinking_start = params.thinking_start_tag;
  format.thinking_ends = params.thinking_end_tags;
  format.structured = true;
}

/// The word that begins a tool call in this format, if there is exactly such a word.
std::string call_beginning(const common_chat_params& automatic) {
  for (const auto& trigger : automatic.grammar_triggers) {
    if (trigger.type == COMMON_GRAMMAR_TRIGGER_TYPE_WORD) return trigger.value;
  }
  return {};
}

/// What a plain answer begins with in the template's own format.
std::string header_of_plain_answer(const Weights& weights) {
  constexpr std::string_view harmony_mark = "<|channel|>";
  const bool harmony = weights.info().chat_template.find(harmony_mark) != std::string::npos;
  return harmony ? "<|channel|>final<|message|>" : "";
}

/// The answer is plain text (JSON, in fact) without the template's own format around it.
void make_plain(const Weights& weights, OutputFormat& format) {
  format.structured = true;
  format.parser = common_chat_parser_params();
  format.answer_header = header_of_plain_answer(weights);
}

/// The whole answer is one JSON call: for models without a tool format, and for formats in which
/// llama-common's grammar does not hold the arguments to their schema.
Result<void> force_generic_call(const Weights& weights, const chat::Request& request,
                                OutputFormat& format) {
  make_plain(weights, format);
  for (const bool relaxed : {true, false}) {
    std::vector<std::pair<std::string, json::object>> tools;
    for (const auto& tool : callable_tools(request, relaxed)) {
      auto schema = parse_json(tool.parameters);
      tools.emplace_back(tool.name, schema->as_object());
    }
    try {
      format.grammar = common_grammar(
          COMMON_GRAMMAR_TYPE_USER,
          json_schema_to_grammar(common_json::parse(to_json(any_call_schema(tools)))));
      return {};
    } catch (const std::exception&) {
      continue;
    }
  }
  return fail(ErrorKind::invalid_request, "no grammar could be made for these tools");
}

/// Calls that are really forced. llama-common's grammar for a required call lets the model talk
/// first, without end if it likes; where the format has a word that begins a call, that word is
/// put behind the prompt instead, and what follows can only be the call.
Result<void> force_native_call(const Weights& weights, const chat::Request& request,
                               OutputFormat& format, std::vector<std::string>& warnings) {
  auto automatic = apply_format_leniently(weights, request, COMMON_CHAT_TOOL_CHOICE_AUTO, warnings);
  if (!automatic) return pass_on(automatic);
  const std::string beginning = call_beginning(*automatic);
  const bool may_think = automatic->supports_thinking && request.thinking.on();
  // Calls written as JSON name the tool in a key; other formats use tags.
  const bool json_calls = automatic->grammar.find(R"(\"name\")") != std::string::npos;
  if (!may_think && (beginning.empty() || !json_calls)) {
    return force_generic_call(weights, request, format);
  }
  if (!may_think) {
    take_format(format, *automatic);
    format.grammar_lazy = false;
    format.triggers.clear();
    format.forced_beginning = beginning;
    return {};
  }
  auto required =
      apply_format_leniently(weights, request, COMMON_CHAT_TOOL_CHOICE_REQUIRED, warnings);
  if (!required) return pass_on(required);
  take_format(format, *required);
  return {};
}

/// The whole answer is JSON after the request's schema.
Result<void> force_schema(const Weights& weights, const chat::Request& request,
                          OutputFormat& format) {
  auto grammar = schema_grammar(*request.json_schema);
  if (!grammar) return pass_on(grammar);
  format = {};
  make_plain(weights, format);
  format.grammar = common_grammar(COMMON_GRAMMAR_TYPE_USER, std::move(*grammar));
  return {};
}

/// The whole answer is in the request's own language.
Result<OutputFormat> force_grammar(const Weights& weights, const chat::Request& request) {
  if (request.json_schema || (!request.tools.empty() && request.tool_choice.mode != Choice::none)) {
    return fail(ErrorKind::invalid_request,
                "grammar: it cannot be combined with tools or with a response_format");
  }
  OutputFormat format;
  make_plain(weights, format);
  format.grammar = common_grammar(COMMON_GRAMMAR_TYPE_USER, request.grammar);
  return format;
}

}  // namespace

Result<OutputFormat> make_format(const Weights& weights, const chat::Request& request,
                                 const common_chat_params& prompt_params, bool native_tools,
                                 std::vector<std::string>& warnings) {
  if (!request.grammar.empty()) return force_grammar(weights, request);
  OutputFormat format;
  const bool tools = !request.tools.empty() && request.tool_choice.mode != Choice::none;
  const bool forced =
      request.tool_choice.mode == Choice::any || request.tool_choice.mode == Choice::tool;
  if (tools) {
    for (const chat::Tool& tool : request.tools) format.tool_names.push_back(tool.name);
  }

  if (tools && !native_tools) {
    format.structured = true;
    format.parser = common_chat_parser_params(prompt_params);
    if (!prompt_params.parser.empty()) format.parser.parser.load(prompt_params.parser);
    format.generation_prompt = prompt_params.generation_prompt;
    if (forced) {
      if (auto made = force_generic_call(weights, request, format); !made) return pass_on(made);
    }
  } else if (tools && forced) {
    if (auto made = force_native_call(weights, request, format, warnings); !made) {
      return pass_on(made);
    }
  } else if (tools || request.json_schema) {
    auto params = apply_format_leniently(weights, request, COMMON_CHAT_TOOL_CHOICE_AUTO, warnings);
    if (!params) return pass_on(params);
    take_format(format, *params);
    if (!tools) format.grammar.type = COMMON_GRAMMAR_TYPE_OUTPUT_FORMAT;
    if (!tools && params->supports_thinking && !request.thinking.on()) {
      // Without thinking the answer is the JSON alone.
      if (auto made = force_schema(weights, request, format); !made) return pass_on(made);
    }
  } else {
    take_format(format, prompt_params);
    format.grammar = {};
    format.triggers.clear();
    format.parser.parse_tool_calls = false;
    format.structured = prompt_params.supports_thinking ||
                        prompt_params.prompt.find("<|channel|>") != std::string::npos;
  }
  format.single_call = request.tool_choice.disable_parallel;
  return format;
}

void read_behind_begun_answer(const Weights& weights, const std::string& begun,
                              OutputFormat& format) {
  format.begun = begun;
  if (format.tool_names.empty()) format.structured = false;
  if (format.answer_header.empty()) {
    format.answer_header = header_of_plain_answer(weights);
    format.parser.generation_prompt += format.answer_header;
  }
  format.parser.generation_prompt += begun;
}

}  // namespace hearth::engine
