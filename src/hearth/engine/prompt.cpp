#include "hearth/engine/prompt.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "hearth/base/trimmed.h"
#include "hearth/chat/server_tools.h"
#include "hearth/engine/chat_template.h"
#include "hearth/engine/output_format.h"
#include "hearth/engine/template_messages.h"

namespace hearth::engine {
namespace {

/// How a model that is made for tools is told of them; one that is not gets our own words.
constexpr std::string_view generic_tool_instructions =
    "You can use tools. To use one, answer with nothing but a JSON object of this form:\n"
    "{\"name\": \"the tool\", \"arguments\": {…}}\nThe tools:\n";

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
    if (!tool.defer_loading && !chat::is_server_tool(tool)) tools.push_back(&tool);
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

/// Whether the prompt ends with what begins an answer.
enum class AnswerTurn { opened, left_out };

/// The prompt's text. Tool choice is left out here, so that it cannot change the prompt and no
/// grammar is built for nothing.
Result<common_chat_params> apply_template(const Weights& weights, const chat::Request& asked,
                                          std::vector<std::string>& warnings,
                                          AnswerTurn turn = AnswerTurn::opened) {
  const bool native_tools = uses_native_tools(weights, asked);
  const chat::Request request = native_tools ? asked : with_tools_in_system_prompt(asked);
  common_chat_templates_inputs inputs = template_inputs(request);
  inputs.tool_choice = COMMON_CHAT_TOOL_CHOICE_NONE;
  inputs.add_generation_prompt = turn == AnswerTurn::opened;
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
      auto params = apply_chat_template(weights, inputs);
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

/// The conversation that `request`'s last message, a begun answer, answers. Thoughts would have
/// come before what is begun.
chat::Request before_begun_answer(chat::Request request) {
  request.messages.pop_back();
  request.thinking = {.mode = chat::Thinking::Mode::disabled, .budget_tokens = {}, .effort = {}};
  return request;
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
  // What begins a call behind the one that was begun in the prompt begins a second one.
  if (format->single_call && !format->forced_beginning.empty()) {
    prompt.stops.push_back(format->forced_beginning);
  }
  prompt.tokens =
      weights.tokenize(prompt.text, Weights::Begin::of_sequence, Weights::Special::as_tokens);
  prompt.format = std::make_shared<const OutputFormat>(std::move(*format));
  return prompt;
}

Result<std::string> conversation_text(const Weights& weights, const chat::Request& request) {
  std::vector<std::string> warnings;
  auto params = apply_template(weights, request, warnings);
  if (!params) return pass_on(params);
  return std::move(params->prompt);
}

Result<std::vector<Token>> render_conversation(const Weights& weights,
                                               const chat::Request& request) {
  auto text = conversation_text(weights, request);
  if (!text) return pass_on(text);
  return weights.tokenize(*text, Weights::Begin::of_sequence, Weights::Special::as_tokens);
}

Result<std::string> render_without_answer(const Weights& weights, const chat::Request& request) {
  std::vector<std::string> warnings;
  auto params = apply_template(weights, request, warnings, AnswerTurn::left_out);
  if (!params) return pass_on(params);
  return std::move(params->prompt);
}

Prompt raw_prompt(const Weights& weights, std::string_view text) {
  Prompt prompt;
  prompt.text = text;
  prompt.tokens = weights.tokenize(text, Weights::Begin::of_sequence, Weights::Special::as_tokens);
  return prompt;
}

Result<Prompt> raw_prompt(const Weights& weights, const RawPrompt& parts, Weights::Begin begin) {
  Prompt prompt;
  for (const auto& part : parts) {
    std::vector<Token> tokens;
    if (const auto* text = std::get_if<std::string>(&part)) {
      prompt.text += *text;
      tokens = weights.tokenize(*text, prompt.tokens.empty() ? begin : Weights::Begin::bare,
                                Weights::Special::as_tokens);
    } else {
      tokens = std::get<std::vector<Token>>(part);
      if (auto known = check_tokens(weights, tokens, "prompt"); !known) return pass_on(known);
      prompt.text += weights.detokenize(tokens);
    }
    prompt.tokens.insert(prompt.tokens.end(), tokens.begin(), tokens.end());
  }
  return prompt;
}

Result<void> check_tokens(const Weights& weights, const std::vector<Token>& tokens,
                          std::string_view field) {
  for (const Token token : tokens) {
    if (token < 0 || token >= weights.n_vocab()) {
      return fail(ErrorKind::invalid_request,
                  fmt::format("{}: {} is not a token of this model, which has {}", field, token,
                              weights.n_vocab()));
    }
  }
  return {};
}

}  // namespace hearth::engine
