#include "hearth/agent/session/structured_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "hearth/agent/add_usage.h"
#include "hearth/agent/ask_model.h"
#include "hearth/agent/opening_request.h"
#include "hearth/agent/tool_schema.h"

namespace hearth::agent {
namespace {

constexpr int most_structured_answers = 3;

void say_as_user(Workplace& work, std::string text) {
  work.conversation.append({.role = chat::Role::user,
                            .content = {chat::TextBlock{.text = std::move(text), .extra = {}}}});
}

/// The same tools and system prompt as before: the server has read them.
chat::Request structured_request(const Workplace& work, const json::object& schema) {
  const bool native = work.profile.style == StyleName::native;
  chat::Request request =
      opening_request(work, work.calling.value_or(native ? Calling::native : Calling::forced));
  const auto& messages = work.conversation.messages();
  request.messages.insert(request.messages.end(), messages.begin(), messages.end());
  request.tool_choice = {};
  request.tool_choice.mode = chat::ToolChoice::Mode::none;
  request.thinking = {};
  request.thinking.mode = chat::Thinking::Mode::disabled;
  request.json_schema = json::value(schema);
  return request;
}

/// The JSON in an answer, also in one that has words or a code block around it. Errors:
/// invalid_request, for the model.
Result<json::value> json_in(const std::string& text, const json::object& schema) {
  const std::size_t begin = text.find_first_of("{[");
  const std::size_t end = text.find_last_of("}]");
  const bool whole = begin == std::string::npos || end == std::string::npos || end < begin;
  auto value = parse_json(whole ? text : text.substr(begin, end - begin + 1));
  if (!value) return value;
  if (!value->is_object() || find_string(schema, "type") != "object") return value;
  if (auto wrong = mend_arguments(schema, value->get_object())) {
    return fail(ErrorKind::invalid_request, std::move(*wrong));
  }
  return value;
}

}  // namespace

void add_structured_output(Workplace& work, const json::object& schema, const std::stop_token& stop,
                           Outcome& outcome) {
  say_as_user(work, fmt::format("Now give the result of this task as JSON after this schema, and "
                                "nothing else:\n{}",
                                to_json(json::value(schema))));
  std::string wrong;
  for (int answers = 0; answers < most_structured_answers; ++answers) {
    const auto answer =
        ask_model(work, [&] { return structured_request(work, schema); }, stop, outcome.reading_ms);
    if (!answer) {
      const bool cancelled = answer.error().kind == ErrorKind::cancelled;
      outcome.end = cancelled ? Outcome::End::interrupted : Outcome::End::error;
      outcome.stop_reason = cancelled ? "interrupted" : "error";
      outcome.text = cancelled ? "Interrupted." : answer.error().message;
      return;
    }
    ++outcome.turns;
    ++outcome.requests;
    const chat::Usage& usage = answer->usage();
    add_usage(outcome.usage, usage);
    outcome.last_prompt_tokens = usage.prompt_tokens + usage.output_tokens;
    const chat::Message message = answer->message();
    work.output.message(message, usage);
    work.conversation.append(message);
    auto value = json_in(chat::text_of(message), schema);
    if (value) {
      outcome.structured = std::move(*value);
      return;
    }
    wrong = value.error().message;
    say_as_user(work, fmt::format("That is not it: {} Give the JSON, and nothing else.", wrong));
  }
  outcome.end = Outcome::End::no_structured_output;
  outcome.stop_reason = "structured_output";
  outcome.text = fmt::format("The model gave no result after the schema in {} answers: {}",
                             most_structured_answers, wrong);
}

}  // namespace hearth::agent
