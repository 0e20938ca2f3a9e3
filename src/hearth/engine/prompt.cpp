#include "hearth/engine/prompt.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <optional>

#include <chat.h>
#include <json-schema-to-grammar.h>

#include "hearth/engine/grammar_schema.h"
#include "hearth/engine/output_format.h"
#include "hearth/engine/template_messages.h"

namespace hearth::engine {
namespace {

using Mode = chat::ToolChoice::Mode;

/// How a model that is made for tools is told of them; one that is not gets our own words.
constexpr std::string_view generic_tool_instructions =
    "You can use tools. To use one, answer with nothing but a JSON object of this form:\n"
    "{\"name\": \"the tool\", \"arguments\": {…}}\nThe tools:\n";

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t\r\n");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\r\n") - from + 1);
}

/// One at a time: llama-common writes the date with std::localtime, whose result is one for all
/// threads.
common_chat_params apply(const Weights& weights, const common_chat_templates_inputs& inputs) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  return common_chat_templates_apply(weights.templates(), inputs);
}

bool template_knows_tools(const Weights& weights) {
  const auto caps = common_chat_templates_get_caps(weights.templates());
  const auto found = caps.find("supports_tools");
  return found != caps.end() && found->second;
}

bool uses_native_tools(const Weights& weights, const chat::Request& request) {
  return request.tools.empty() || template_knows_tools(weights);
}

/// The tools that are shown from the start, by name: clients list them in any order, and the order
/// says nothing to a model.
std::vector<const chat::Tool*> shown_tools(const chat::Request& request) {
  std::vector<const chat::Tool*> tools;
  for (const chat::Tool& tool : request.tools) {
    if (!tool.defer_loading) tools.push_back(&tool);
  }
  std::ranges::stable_sort(tools, {}, [](const chat::Tool* tool) { return tool->name; });
  return tools;
}

/// A copy of `request` whose system prompt ends with the tools, in our own words.
chat::Request with_tools_in_system_prompt(const chat::Request& request) {
  chat::Request out = request;
  std::string text(generic_tool_instructions);
  for (const chat::Tool* tool : shown_tools(request)) text += describe_tool(*tool) + "\n";
  if (out.messages.empty() || out.messages.front().role != chat::Role::system) {
    out.messages.insert(out.messages.begin(), chat::Message{chat::Role::system, {}});
  }
  out.messages.front().content.emplace_back(chat::TextBlock{std::move(text), {}});
  return out;
}

std::vector<common_chat_tool> callable_tools(const chat::Request& request, bool relaxed) {
  std::vector<common_chat_tool> tools;
  for (const chat::Tool& tool : request.tools) {
    const bool named =
        request.tool_choice.mode != Mode::tool || tool.name == request.tool_choice.name;
    if (!named) continue;
    const json::object schema =
        relaxed ? relax_for_grammar(tool.input_schema) : json::object{{"type", "object"}};
    tools.push_back({tool.name, tool.description, to_json(schema)});
  }
  return tools;
}

common_chat_templates_inputs base_inputs(const chat::Request& request) {
  common_chat_templates_inputs inputs;
  inputs.reasoning_format = COMMON_REASONING_FORMAT_AUTO;
  inputs.enable_thinking = request.thinking.mode != chat::Thinking::Mode::disabled;
  inputs.parallel_tool_calls = !request.tool_choice.disable_parallel;
  if (!request.thinking.effort.empty()) {
    inputs.chat_template_kwargs["reasoning_effort"] = to_json(json::value(request.thinking.effort));
  }
  return inputs;
}

/// Some templates leave a later system message out without a word (harmony's).
bool keeps_system_messages(const chat::Request& request, const std::string& prompt) {
  return std::ranges::all_of(request.messages, [&](const chat::Message& message) {
    if (message.role != chat::Role::system) return true;
    for (const chat::Block& block : message.content) {
      const auto* text = std::get_if<chat::TextBlock>(&block);
      if (text == nullptr) continue;
      const std::string_view words = trimmed(text->text);
      if (prompt.find(words) == std::string::npos) return false;
    }
    return true;
  });
}

/// The prompt's text. Tool choice is left out here, so that it cannot change the prompt and no
/// grammar is built for nothing.
Result<common_chat_params> apply_template(const Weights& weights, const chat::Request& asked,
                                          std::vector<std::string>& warnings) {
  const bool native_tools = uses_native_tools(weights, asked);
  const chat::Request request = native_tools ? asked : with_tools_in_system_prompt(asked);
  common_chat_templates_inputs inputs = base_inputs(request);
  inputs.tool_choice = COMMON_CHAT_TOOL_CHOICE_NONE;
  if (native_tools) {
    for (const chat::Tool* tool : shown_tools(request)) {
      inputs.tools.push_back(to_template_tool(*tool));
    }
  }
  std::string reason;
  for (const auto placement : {SystemMessages::in_place, SystemMessages::first_else_user}) {
    auto messages = to_template_messages(request, placement);
    if (!messages) return pass_on(messages);
    inputs.messages = std::move(*messages);
    try {
      auto params = apply(weights, inputs);
      if (placement == SystemMessages::in_place && !keeps_system_messages(request, params.prompt)) {
        continue;
      }
      if (placement == SystemMessages::first_else_user) {
        warnings.emplace_back(
            "the model's template takes a system message only at the front; later ones were "
            "rendered as the user's");
      }
      return params;
    } catch (const std::exception& failure) {
      reason = failure.what();
    }
  }
  return fail(ErrorKind::invalid_request,
              fmt::format("the model's chat template refuses this conversation: {}", reason));
}

/// Grammar and parser depend on tools and output format, never on the conversation, so they are
/// made from a conversation of one word.
common_chat_params apply_format(const Weights& weights, const chat::Request& request,
                                common_chat_tool_choice choice, bool relaxed) {
  common_chat_templates_inputs inputs = base_inputs(request);
  common_chat_msg message;
  message.role = "user";
  message.content = "hello";
  inputs.messages.push_back(std::move(message));
  inputs.tools = callable_tools(request, relaxed);
  inputs.tool_choice = choice;
  if (request.json_schema && inputs.tools.empty() && request.json_schema->is_object()) {
    inputs.json_schema = to_json(relax_for_grammar(request.json_schema->get_object()));
  }
  return apply(weights, inputs);
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
  const json::value& schema = *request.json_schema;
  try {
    const std::string grammar = json_schema_to_grammar(common_json::parse(
        to_json(schema.is_object() ? relax_for_grammar(schema.get_object()) : json::object())));
    format = {};
    make_plain(weights, format);
    format.grammar = common_grammar(COMMON_GRAMMAR_TYPE_USER, grammar);
    return {};
  } catch (const std::exception& failure) {
    return fail(ErrorKind::invalid_request,
                fmt::format("no grammar could be made for this schema: {}", failure.what()));
  }
}

Result<OutputFormat> make_format(const Weights& weights, const chat::Request& request,
                                 const common_chat_params& prompt_params, bool native_tools,
                                 std::vector<std::string>& warnings) {
  OutputFormat format;
  const bool tools = !request.tools.empty() && request.tool_choice.mode != Mode::none;
  const bool forced =
      request.tool_choice.mode == Mode::any || request.tool_choice.mode == Mode::tool;
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
  return format;
}

/// The conversation that `request`'s last message, a begun answer, answers. Thoughts would have
/// come before what is begun.
chat::Request before_begun_answer(chat::Request request) {
  request.messages.pop_back();
  request.thinking = {.mode = chat::Thinking::Mode::disabled, .budget_tokens = {}, .effort = {}};
  return request;
}

/// What follows a begun answer is its plain text, or calls of tools.
void read_behind_begun_answer(const Weights& weights, const std::string& begun,
                              OutputFormat& format) {
  format.begun = begun;
  if (format.answer_header.empty()) format.answer_header = header_of_plain_answer(weights);
  if (format.tool_names.empty()) format.structured = false;
  format.parser.generation_prompt += format.answer_header + begun;
}

}  // namespace

std::string begun_answer(const chat::Request& request) {
  if (request.messages.empty()) return {};
  const chat::Message& last = request.messages.back();
  if (last.role != chat::Role::assistant) return {};
  const bool only_text = std::ranges::all_of(last.content, [](const chat::Block& block) {
    return std::holds_alternative<chat::TextBlock>(block);
  });
  return only_text ? chat::text_of(last, "") : std::string();
}

Result<Prompt> render(const Weights& weights, const chat::Request& asked) {
  const std::string begun = begun_answer(asked);
  if (!begun.empty() && asked.json_schema) {
    return fail(ErrorKind::invalid_request,
                "messages: an answer that is begun cannot be held to a schema; leave out the last "
                "message, or the schema");
  }
  std::optional<chat::Request> answered;
  if (!begun.empty()) answered = before_begun_answer(asked);
  const chat::Request& request = answered ? *answered : asked;

  Prompt prompt;
  const bool native_tools = uses_native_tools(weights, request);
  auto params = apply_template(weights, request, prompt.warnings);
  if (!params) return pass_on(params);
  auto format = make_format(weights, request, *params, native_tools, prompt.warnings);
  if (!format) return pass_on(format);
  if (!begun.empty()) read_behind_begun_answer(weights, begun, *format);

  prompt.text = params->prompt + format->answer_header + format->begun + format->forced_beginning;
  prompt.stops = params->additional_stops;
  prompt.tokens =
      weights.tokenize(prompt.text, Weights::Begin::of_sequence, Weights::Special::as_tokens);
  prompt.format = std::make_shared<const OutputFormat>(std::move(*format));
  return prompt;
}

Result<std::vector<Token>> render_conversation(const Weights& weights,
                                               const chat::Request& request) {
  std::vector<std::string> warnings;
  auto params = apply_template(weights, request, warnings);
  if (!params) return pass_on(params);
  return weights.tokenize(params->prompt, Weights::Begin::of_sequence, Weights::Special::as_tokens);
}

Prompt raw_prompt(const Weights& weights, std::string_view text) {
  Prompt prompt;
  prompt.text = text;
  prompt.tokens = weights.tokenize(text, Weights::Begin::of_sequence, Weights::Special::as_tokens);
  return prompt;
}

}  // namespace hearth::engine
