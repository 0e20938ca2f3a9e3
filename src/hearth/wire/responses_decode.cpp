#include "hearth/wire/responses_decode.h"

#include <climits>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "hearth/wire/fields.h"
#include "hearth/wire/openai_fields.h"
#include "hearth/wire/responses_items.h"

namespace hearth::wire {
namespace {

/// What chat completions have under the same name, so that a provider of theirs gets it.
constexpr std::array kept_fields = {"metadata", "user", "service_tier", "safety_identifier",
                                    "prompt_cache_key"};

void decode_text(Fields& body, chat::Request& request) {
  const json::object* object = body.object("text");
  if (object == nullptr) return;
  Fields text(*object, "text", body.problems());
  if (const std::string verbosity = text.string("verbosity"); !verbosity.empty()) {
    request.extra["verbosity"] = verbosity;
  }
  const json::object* holder = text.object("format");
  if (holder == nullptr) return;
  Fields format(*holder, "text.format", body.problems());
  const std::string type = format.one_of("type", {"text", "json_object", "json_schema"});
  if (type == "json_object") request.json_schema = json::object{{"type", "object"}};
  if (type != "json_schema") return;
  const json::object* schema = format.object("schema");
  request.json_schema = schema == nullptr ? json::object{{"type", "object"}} : *schema;
  if (json::object rest = format.rest(); !rest.empty()) {
    request.extra["response_format"] = std::move(rest);
  }
}

void decode_reasoning(Fields& body, chat::Request& request) {
  const json::object* object = body.object("reasoning");
  if (object == nullptr) return;
  Fields reasoning(*object, "reasoning", body.problems());
  chat::set_effort(request.thinking, reasoning.string("effort"));
}

/// `include`; what else is wanted there is not known here, and a warning.
bool wants_sealed(Fields& body, chat::Request& request) {
  const json::array* include = body.array("include");
  bool sealed = false;
  for (std::size_t i = 0; include != nullptr && i < include->size(); ++i) {
    const json::value& item = (*include)[i];
    if (!item.is_string()) {
      body.problems().expected(body.problems().item("include", i), "a string", &item);
    } else if (item.get_string() == "reasoning.encrypted_content") {
      sealed = true;
    } else {
      request.warnings.push_back(
          fmt::format("ignored \"{}\" in include", std::string_view(item.get_string())));
    }
  }
  return sealed;
}

void refuse_unsupported(Fields& body) {
  Problems& problems = body.problems();
  if (body.boolean("background")) {
    problems.report("background", "answers are made while the client waits; leave it out");
  }
  if (body.value("conversation") != nullptr) {
    problems.report("conversation", "not supported; use previous_response_id");
  }
  if (body.value("prompt") != nullptr) {
    problems.report("prompt", "stored prompts are not known here; send the text as instructions");
  }
  if (body.integer("top_logprobs", 0, 20).value_or(0) > 0) {
    problems.report("top_logprobs", "not supported; leave it out");
  }
}

/// The value under `key`, or null.
json::value echoed(const json::object& body, std::string_view key) {
  const json::value* const value = find(body, key);
  return value == nullptr ? json::value() : *value;
}

json::object echo_of(const json::object& body, bool store) {
  json::object echo;
  for (const std::string_view key : {"instructions", "max_output_tokens", "max_tool_calls",
                                     "previous_response_id", "temperature", "top_p", "user"}) {
    echo[key] = echoed(body, key);
  }
  const auto or_default = [&](std::string_view key, const json::value& otherwise) {
    const json::value* const value = find(body, key);
    echo[key] = value == nullptr ? otherwise : *value;
  };
  or_default("metadata", json::object{});
  or_default("parallel_tool_calls", true);
  or_default("reasoning", json::object{{"effort", nullptr}, {"summary", nullptr}});
  or_default("text", json::object{{"format", {{"type", "text"}}}});
  or_default("tool_choice", "auto");
  or_default("tools", json::array{});
  or_default("truncation", "disabled");
  echo["store"] = store;
  return echo;
}

}  // namespace

std::string previous_response_id(const json::value& body) {
  if (!body.is_object()) return {};
  return std::string(find_string(body.get_object(), "previous_response_id").value_or(""));
}

json::array input_items(const json::value& body) {
  const json::value* const input = body.is_object() ? find(body.get_object(), "input") : nullptr;
  if (input == nullptr) return {};
  if (input->is_array()) return input->get_array();
  if (!input->is_string()) return {};
  return {json::object{{"type", "message"}, {"role", "user"}, {"content", *input}}};
}

Result<ResponsesRequest> decode_responses_request(const json::value& body,
                                                  const json::array& before) {
  Problems problems(PathStyle::brackets);
  if (!body.is_object()) {
    problems.expected("the body", "an object", &body);
    return std::unexpected(problems.error());
  }
  Fields fields(body.get_object(), "", problems);
  ResponsesRequest decoded;
  chat::Request& request = decoded.request;
  request.extra_format = "openai";
  request.model = fields.required_string("model");
  if (request.model.empty()) problems.report("model", "expected a model's name, found nothing");
  if (std::string instructions = fields.string("instructions"); !instructions.empty()) {
    request.messages.push_back(
        {chat::Role::system, {chat::TextBlock{std::move(instructions), {}}}});
  }
  const json::value* input = fields.value("input");
  if (input == nullptr || (!input->is_string() && !input->is_array())) {
    problems.expected("input", "a string or an array of items", input);
  }
  ResponsesItems items(request, decoded.tools, problems);
  items.add(before, "previous_response_id");
  if (input != nullptr && input->is_array()) {
    items.add(input->get_array(), "input");
  } else {
    items.add(input_items(body), "input");
  }
  decode_responses_tools(fields, request, decoded.tools);
  decode_responses_tool_choice(fields, request);
  request.max_tokens = fields.integer("max_output_tokens", 1, INT_MAX);
  request.sampling = decode_sampling(fields);
  request.stop = decode_stop(fields);
  decode_text(fields, request);
  decode_reasoning(fields, request);
  request.stream = fields.boolean("stream");
  decoded.sealed = wants_sealed(fields, request);
  if (fields.value("store") != nullptr) decoded.store = fields.boolean("store");
  refuse_unsupported(fields);
  if (fields.string("truncation") == "auto") {
    request.warnings.emplace_back(
        "truncation: a prompt is never cut; one that is too long is refused");
  }
  static_cast<void>(fields.value("previous_response_id"));
  if (problems.any()) return std::unexpected(problems.error());
  for (auto& member : fields.rest()) {
    const std::string_view key = member.key();
    if (std::ranges::find(kept_fields, key) != kept_fields.end()) {
      request.extra[key] = std::move(member.value());
    } else {
      request.warnings.push_back(fmt::format("ignored the field {}", key));
    }
  }
  request.session = std::string(find_string(request.extra, "prompt_cache_key").value_or(""));
  decoded.echo = echo_of(body.get_object(), decoded.store);
  return decoded;
}

}  // namespace hearth::wire
