#include "hearth/wire/openai_decode.h"

#include <climits>
#include <fmt/format.h>

#include <optional>

#include "hearth/wire/custom_tools.h"
#include "hearth/wire/named_tools.h"
#include "hearth/wire/openai_fields.h"
#include "hearth/wire/openai_logprobs.h"
#include "hearth/wire/openai_messages.h"

namespace hearth::wire {
namespace {

/// `extra` has all of it, for a server that knows such tools itself.
chat::Tool decode_custom_tool(Fields& fields, chat::Request& request) {
  chat::Tool tool;
  tool.type = "custom";
  const json::object* custom = fields.object("custom");
  if (custom == nullptr) {
    fields.problems().expected(fields.at("custom"), "an object", nullptr);
    return tool;
  }
  Fields inner(*custom, fields.at("custom"), fields.problems());
  tool.name = inner.required_string("name");
  if (tool.name.empty()) {
    fields.problems().report(inner.at("name"), "expected a name, found nothing");
  }
  tool.description = inner.string("description");
  make_custom(tool, inner.object("format"), request.warnings);
  tool.extra = *custom;
  return tool;
}

chat::Tool decode_tool(const json::object& object, const std::string& path, Problems& problems,
                       chat::Request& request) {
  Fields fields(object, path, problems);
  chat::Tool tool;
  const std::string type = fields.required_string("type");
  if (type == "custom") return decode_custom_tool(fields, request);
  if (type != "function") {
    tool.type = type;
    tool.name = fields.string("name");
    if (tool.name.empty()) tool.name = type;
    tool.extra = fields.rest();
    return tool;
  }
  const json::object* function = fields.object("function");
  if (function == nullptr) {
    problems.expected(fields.at("function"), "an object", nullptr);
    return tool;
  }
  Fields inner(*function, fields.at("function"), problems);
  tool.name = inner.required_string("name");
  if (tool.name.empty()) problems.report(inner.at("name"), "expected a name, found nothing");
  tool.description = inner.string("description");
  if (const json::object* schema = inner.object("parameters")) tool.input_schema = *schema;
  tool.extra = inner.rest();
  if (const json::value* mark = fields.value("cache_control")) tool.extra["cache_control"] = *mark;
  return tool;
}

void decode_chat_tools(Fields& body, chat::Request& request) {
  const json::array* tools = body.array("tools");
  Problems& problems = body.problems();
  for (std::size_t i = 0; tools != nullptr && i < tools->size() && !problems.any(); ++i) {
    const std::string path = problems.item("tools", i);
    if (const json::object* object = (*tools)[i].if_object()) {
      request.tools.push_back(decode_tool(*object, path, problems, request));
    } else {
      problems.expected(path, "an object", &(*tools)[i]);
    }
  }
}

/// A server of this format gets the choice as it is; `extra` has it.
void decode_allowed_tools(const json::object* allowed, const json::object& choice,
                          Problems& problems, chat::Request& request) {
  if (allowed == nullptr) {
    problems.expected("tool_choice.allowed_tools", "an object", nullptr);
    return;
  }
  Fields fields(*allowed, "tool_choice.allowed_tools", problems);
  if (fields.one_of("mode", {"auto", "required"}) == "required") {
    request.tool_choice.mode = chat::ToolChoice::Mode::any;
  }
  request.extra["tool_choice"] = choice;
  const auto name_of = [](Fields& tool, std::string_view type) {
    const json::object* inner = tool.object(type);
    return std::string(inner == nullptr ? "" : find_string(*inner, "name").value_or(""));
  };
  decode_allowed_list(fields, name_of, request);
}

void decode_tool_choice(Fields& body, chat::Request& request) {
  chat::ToolChoice& choice = request.tool_choice;
  if (const json::object* object = decode_tool_mode(body, choice)) {
    Problems& problems = body.problems();
    Fields fields(*object, "tool_choice", problems);
    const std::string type = fields.one_of("type", {"function", "custom", "allowed_tools"});
    const json::object* inner = type.empty() ? nullptr : fields.object(type);
    if (type == "allowed_tools") {
      decode_allowed_tools(inner, *object, problems, request);
    } else if (!type.empty()) {
      choice.mode = chat::ToolChoice::Mode::tool;
      choice.name = std::string(inner == nullptr ? "" : find_string(*inner, "name").value_or(""));
      check_tool_name(request, choice.name, fmt::format("tool_choice.{}.name", type), problems);
    }
  }
  decode_tool_limits(body, request);
}

void decode_response_format(Fields& body, chat::Request& request) {
  const json::object* object = body.object("response_format");
  if (object == nullptr) return;
  Problems& problems = body.problems();
  Fields fields(*object, "response_format", problems);
  const std::string type = fields.one_of("type", {"text", "json_object", "json_schema"});
  if (type == "json_object") {
    // llama.cpp's server takes a schema here, too.
    const json::object* schema = fields.object("schema");
    request.json_schema = schema == nullptr ? json::object{{"type", "object"}} : *schema;
  }
  if (type != "json_schema") return;
  const json::object* format = fields.object("json_schema");
  if (format == nullptr) {
    problems.expected("response_format.json_schema", "an object", nullptr);
    return;
  }
  Fields inner(*format, "response_format.json_schema", problems);
  const json::object* schema = inner.object("schema");
  request.json_schema = schema == nullptr ? json::object{{"type", "object"}} : *schema;
  if (json::object rest = inner.rest(); !rest.empty()) {
    request.extra["response_format"] = std::move(rest);
  }
}

/// What llama.cpp's server takes at the top: `json_schema`, `grammar`.
void decode_language(Fields& body, chat::Request& request) {
  if (const json::object* schema = body.object("json_schema")) request.json_schema = *schema;
  request.grammar = body.string("grammar");
}

/// An answer that is begun by the last message is always gone on with; asking for a new one too
/// cannot be met.
void check_continuation(Fields& body, const json::object& object) {
  if (find_bool(object, "add_generation_prompt").value_or(false) &&
      find_bool(object, "continue_final_message").value_or(false)) {
    body.problems().report("continue_final_message",
                           "it cannot be true together with add_generation_prompt");
  }
}

/// `include_usage` is the gateway's to answer; others (`include_obfuscation`) are a server's.
void decode_stream_options(Fields& body, chat::Request& request) {
  const json::object* options = body.object("stream_options");
  if (options == nullptr) return;
  json::object rest = *options;
  rest.erase("include_usage");
  if (!rest.empty()) request.extra["stream_options"] = std::move(rest);
}

void decode_thinking(Fields& body, const json::object& object, chat::Request& request) {
  chat::set_effort(request.thinking, body.string("reasoning_effort"));
  // How clients of Qwen3 and others switch thinking; it stays in `extra` for such servers.
  const json::object* kwargs = find_object(object, "chat_template_kwargs");
  const auto enabled = kwargs == nullptr ? std::nullopt : find_bool(*kwargs, "enable_thinking");
  if (enabled) {
    request.thinking.mode =
        *enabled ? chat::Thinking::Mode::enabled : chat::Thinking::Mode::disabled;
  }
}

}  // namespace

int wanted_choices(const json::object& body) {
  return static_cast<int>(find_int(body, "n").value_or(1));
}

bool wants_usage(const json::object& body) {
  const json::object* options = find_object(body, "stream_options");
  return options != nullptr && find_bool(*options, "include_usage").value_or(false);
}

Result<chat::Request> decode_chat_request(const json::value& body) {
  Problems problems(PathStyle::brackets);
  if (!body.is_object()) {
    problems.expected("the body", "an object", &body);
    return std::unexpected(problems.error());
  }
  Fields fields(body.get_object(), "", problems);
  chat::Request request;
  request.extra_format = "openai";
  request.model = fields.string("model");
  decode_chat_messages(fields, request.messages);
  decode_chat_tools(fields, request);
  decode_tool_choice(fields, request);
  request.max_tokens = fields.integer("max_tokens", 1, INT_MAX);
  if (const auto most = fields.integer("max_completion_tokens", 1, INT_MAX)) {
    request.max_tokens = most;
    // A server of this format gets it under the same name.
    request.extra["max_completion_tokens"] = *most;
  }
  request.sampling = decode_sampling(fields);
  if (!request.sampling.repeat_penalty) {
    // As others call it; it stays in `extra` for them.
    Fields again(body.get_object(), "", problems);
    request.sampling.repeat_penalty = again.number("repetition_penalty", 0, 10);
  }
  request.logit_bias = decode_logit_bias(fields);
  request.top_logprobs = decode_chat_logprobs(fields);
  request.stop = decode_stop(fields);
  decode_response_format(fields, request);
  decode_language(fields, request);
  check_continuation(fields, body.get_object());
  decode_thinking(fields, body.get_object(), request);
  request.stream = fields.boolean("stream");
  decode_stream_options(fields, request);
  decode_choices(fields);
  json::object rest = fields.rest();
  request.session = std::string(find_string(rest, "prompt_cache_key").value_or(""));
  if (problems.any()) return std::unexpected(problems.error());
  for (auto& member : rest) request.extra[member.key()] = std::move(member.value());
  return request;
}

}  // namespace hearth::wire
