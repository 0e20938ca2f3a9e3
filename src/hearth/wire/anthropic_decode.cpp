#include "hearth/wire/anthropic_decode.h"

#include <climits>
#include <fmt/format.h>

#include <set>

#include "hearth/wire/anthropic_blocks.h"
#include "hearth/wire/fields.h"
#include "hearth/wire/named_tools.h"

namespace hearth::wire {
namespace {

constexpr std::string_view billing_header = "x-anthropic-billing-header:";

enum class MaxTokens { required, optional };

/// Leaves what was not understood of a nested field where the encoder finds it again.
void keep_rest(chat::Request& request, std::string_view key, const Fields& fields) {
  json::object rest = fields.rest();
  if (!rest.empty()) request.extra[key] = std::move(rest);
}

void decode_system(const json::value& system, Problems& problems, chat::Request& request) {
  chat::Message message{chat::Role::system, decode_content(system, "system", problems)};
  const auto is_billing = [](const chat::Block& block) {
    const auto* text = std::get_if<chat::TextBlock>(&block);
    return text != nullptr && text->text.starts_with(billing_header);
  };
  for (const chat::Block& block : message.content) {
    if (!std::holds_alternative<chat::TextBlock>(block)) {
      problems.report("system", "expected text blocks only");
    }
  }
  if (std::erase_if(message.content, is_billing) > 0) {
    request.warnings.emplace_back(
        "left out the system block x-anthropic-billing-header, which changes from request to "
        "request");
  }
  if (!message.content.empty()) request.messages.push_back(std::move(message));
}

std::string_view name_of(chat::Role role) {
  switch (role) {
    case chat::Role::system: return "system";
    case chat::Role::user: return "user";
    case chat::Role::assistant: return "assistant";
  }
  return "user";
}

/// Blocks that only one side of a conversation can have written, and results without their call.
void check_blocks(const chat::Message& message, const std::string& path, Problems& problems,
                  std::set<std::string, std::less<>>& calls) {
  std::size_t index = 0;
  const auto refuse = [&](std::string_view what) {
    problems.report(problems.item(path + ".content", index),
                    fmt::format("a {} message cannot hold {}", name_of(message.role), what));
  };
  for (const chat::Block& block : message.content) {
    if (const auto* use = std::get_if<chat::ToolUseBlock>(&block)) {
      if (message.role != chat::Role::assistant) refuse("a tool_use block");
      calls.insert(use->id);
    } else if (const auto* result = std::get_if<chat::ToolResultBlock>(&block)) {
      if (message.role != chat::Role::user) refuse("a tool_result block");
      if (!calls.contains(result->tool_use_id)) {
        problems.report(
            problems.item(path + ".content", index),
            fmt::format("unexpected `tool_use_id` found in `tool_result` blocks: {}. Each "
                        "`tool_result` block must have a corresponding `tool_use` block in the "
                        "previous message.",
                        result->tool_use_id));
      }
    } else if (std::holds_alternative<chat::ThinkingBlock>(block) ||
               std::holds_alternative<chat::RedactedThinkingBlock>(block)) {
      if (message.role != chat::Role::assistant) refuse("a thinking block");
    } else if (const auto* own = std::get_if<chat::ServerToolBlock>(&block)) {
      // An answer may have held one, and gets it back; a client's own is a mistake.
      const auto type = find_string(own->original, "type").value_or("");
      if (message.role != chat::Role::assistant && !is_of_server_tool(type)) {
        problems.report(problems.item(path + ".content", index) + ".type",
                        unknown_block_note(type));
      }
    } else if (std::holds_alternative<chat::DocumentBlock>(block)) {
      if (message.role != chat::Role::user) refuse("a document or a search result");
    }
    ++index;
  }
}

void decode_messages(Fields& body, chat::Request& request) {
  Problems& problems = body.problems();
  const json::array* messages = body.array("messages");
  if (messages == nullptr) {
    problems.expected("messages", "an array", nullptr);
    return;
  }
  if (messages->empty()) problems.report("messages", "at least one message is required");
  std::set<std::string, std::less<>> calls;
  for (std::size_t i = 0; i < messages->size() && !problems.any(); ++i) {
    const std::string path = problems.item("messages", i);
    const json::object* object = (*messages)[i].if_object();
    if (object == nullptr) {
      problems.expected(path, "an object", &(*messages)[i]);
      return;
    }
    Fields fields(*object, path, problems);
    const std::string role = fields.one_of("role", {"user", "assistant", "system"});
    chat::Message message;
    message.role = role == "assistant" ? chat::Role::assistant
                   : role == "system"  ? chat::Role::system
                                       : chat::Role::user;
    const json::value* content = fields.value("content");
    if (content == nullptr) {
      problems.expected(fields.at("content"), "a string or an array of blocks", nullptr);
      return;
    }
    message.content = decode_content(*content, fields.at("content"), problems);
    check_blocks(message, path, problems, calls);
    request.messages.push_back(std::move(message));
  }
}

chat::Tool decode_tool(const json::object& object, const std::string& path, Problems& problems) {
  Fields fields(object, path, problems);
  chat::Tool tool;
  tool.name = fields.required_string("name");
  if (tool.name.empty()) problems.report(fields.at("name"), "expected a name, found nothing");
  tool.description = fields.string("description");
  tool.type = fields.string("type");
  tool.defer_loading = fields.boolean("defer_loading");
  if (const json::object* schema = fields.object("input_schema")) {
    tool.input_schema = *schema;
  } else if (tool.type.empty() || tool.type == "custom") {
    problems.expected(fields.at("input_schema"), "an object", nullptr);
  }
  tool.extra = fields.rest();
  return tool;
}

void decode_tools(Fields& body, chat::Request& request) {
  const json::array* tools = body.array("tools");
  if (tools == nullptr) return;
  Problems& problems = body.problems();
  std::set<std::string_view> names;
  request.tools.reserve(tools->size());
  for (std::size_t i = 0; i < tools->size() && !problems.any(); ++i) {
    const std::string path = problems.item("tools", i);
    const json::object* object = (*tools)[i].if_object();
    if (object == nullptr) {
      problems.expected(path, "an object", &(*tools)[i]);
      return;
    }
    request.tools.push_back(decode_tool(*object, path, problems));
    if (!names.insert(request.tools.back().name).second) {
      problems.report(path, fmt::format("tool names must be unique, and \"{}\" is taken",
                                        request.tools.back().name));
    }
  }
}

/// A field of Hearth's own, for what OpenAI's API has as `allowed_tools`.
void decode_allowed_names(Fields& choice, chat::Request& request) {
  const json::array* names = choice.array("allowed_tools");
  for (std::size_t i = 0; names != nullptr && i < names->size(); ++i) {
    const std::string path = choice.problems().item(choice.at("allowed_tools"), i);
    const json::string* name = (*names)[i].if_string();
    if (name == nullptr) return choice.problems().expected(path, "a string", &(*names)[i]);
    check_tool_name(request, *name, path, choice.problems());
    request.tool_choice.allowed.emplace_back(*name);
  }
}

void decode_tool_choice(Fields& body, chat::Request& request) {
  const json::object* object = body.object("tool_choice");
  if (object == nullptr) return;
  using Mode = chat::ToolChoice::Mode;
  Problems& problems = body.problems();
  Fields fields(*object, "tool_choice", problems);
  const std::string type = fields.one_of("type", {"auto", "any", "tool", "none"});
  chat::ToolChoice& choice = request.tool_choice;
  if (type == "any") choice.mode = Mode::any;
  if (type == "none") choice.mode = Mode::none;
  if (type == "tool") {
    choice.mode = Mode::tool;
    choice.name = fields.required_string("name");
    check_tool_name(request, choice.name, "tool_choice.name", problems);
  }
  if (choice.mode == Mode::any && request.tools.empty()) {
    problems.report("tool_choice", "a tool is demanded, and `tools` is empty");
  }
  choice.disable_parallel = fields.boolean("disable_parallel_tool_use");
  if (choice.mode == Mode::automatic || choice.mode == Mode::any) {
    decode_allowed_names(fields, request);
  }
  keep_rest(request, "tool_choice", fields);
}

void decode_thinking(Fields& body, chat::Request& request) {
  const json::object* object = body.object("thinking");
  if (object == nullptr) return;
  using Mode = chat::Thinking::Mode;
  Fields fields(*object, "thinking", body.problems());
  const std::string type = fields.one_of("type", {"enabled", "disabled", "adaptive"});
  request.thinking.mode = type == "enabled"    ? Mode::enabled
                          : type == "adaptive" ? Mode::adaptive
                                               : Mode::disabled;
  request.thinking.budget_tokens = fields.integer("budget_tokens", 0, INT_MAX);
  keep_rest(request, "thinking", fields);
}

void decode_format(const json::object& format, const std::string& path, Problems& problems,
                   chat::Request& request) {
  Fields fields(format, path, problems);
  fields.one_of("type", {"json_schema"});
  const json::value* schema = fields.value("schema");
  if (schema == nullptr || !schema->is_object()) {
    problems.expected(fields.at("schema"), "an object", schema);
  } else {
    request.json_schema = *schema;
  }
}

void decode_output(Fields& body, chat::Request& request) {
  if (const json::object* object = body.object("output_config")) {
    Fields fields(*object, "output_config", body.problems());
    request.thinking.effort = fields.string("effort");
    if (const json::object* format = fields.object("format")) {
      decode_format(*format, "output_config.format", body.problems(), request);
    }
    keep_rest(request, "output_config", fields);
  }
  if (const json::object* format = body.object("output_format")) {
    decode_format(*format, "output_format", body.problems(), request);
  }
}

void decode_sampling(Fields& body, chat::Request& request) {
  chat::Sampling& sampling = request.sampling;
  sampling.temperature = body.number("temperature", 0, 2);
  sampling.top_p = body.number("top_p", 0, 1);
  sampling.min_p = body.number("min_p", 0, 1);
  sampling.top_k = body.integer("top_k", 0, INT_MAX);
  sampling.frequency_penalty = body.number("frequency_penalty", -2, 2);
  sampling.presence_penalty = body.number("presence_penalty", -2, 2);
  sampling.repeat_penalty = body.number("repeat_penalty", 0, 10);
  sampling.repeat_last_n = body.integer("repeat_last_n", -1, INT_MAX);
  if (const auto seed = body.integer("seed", 0, INT_MAX)) {
    sampling.seed = static_cast<std::uint32_t>(*seed);
  }
  const json::array* stops = body.array("stop_sequences");
  for (std::size_t i = 0; stops != nullptr && i < stops->size(); ++i) {
    const json::value& stop = (*stops)[i];
    if (!stop.is_string()) {
      body.problems().expected(body.problems().item("stop_sequences", i), "a string", &stop);
    } else if (!stop.get_string().empty()) {
      request.stop.emplace_back(stop.get_string());
    }
  }
}

/// `metadata.user_id` holds a session in two spellings of Claude Code: JSON with `session_id`, or
/// "user_…_session_ID".
std::string session_of(const json::object& metadata) {
  const auto user = find_string(metadata, "user_id");
  if (!user) return {};
  if (user->starts_with('{')) {
    const auto parsed = parse_json(*user);
    if (!parsed || !parsed->is_object()) return {};
    return std::string(find_string(parsed->get_object(), "session_id").value_or(""));
  }
  constexpr std::string_view mark = "_session_";
  const auto at = user->rfind(mark);
  return at == std::string_view::npos ? std::string{} : std::string(user->substr(at + mark.size()));
}

Result<chat::Request> decode(const json::value& body, MaxTokens max_tokens) {
  Problems problems(PathStyle::dots);
  if (!body.is_object()) {
    problems.expected("the body", "an object", &body);
    return std::unexpected(problems.error());
  }
  Fields fields(body.get_object(), "", problems);
  chat::Request request;
  request.extra_format = "anthropic";
  request.model = fields.required_string("model");
  if (request.model.empty()) problems.report("model", "expected a model's name, found nothing");
  request.max_tokens = fields.integer("max_tokens", 1, INT_MAX);
  if (!request.max_tokens && max_tokens == MaxTokens::required) {
    problems.expected("max_tokens", "an integer", nullptr);
  }
  if (const json::value* system = fields.value("system")) {
    decode_system(*system, problems, request);
  }
  decode_messages(fields, request);
  decode_tools(fields, request);
  decode_tool_choice(fields, request);
  decode_thinking(fields, request);
  decode_output(fields, request);
  decode_sampling(fields, request);
  request.stream = fields.boolean("stream");
  json::object rest = fields.rest();
  if (const json::object* metadata = find_object(rest, "metadata")) {
    request.session = session_of(*metadata);
  } else if (const json::value* metadata_value = find(rest, "metadata")) {
    problems.expected("metadata", "an object", metadata_value);
  }
  if (problems.any()) return std::unexpected(problems.error());
  for (auto& member : rest) request.extra[member.key()] = std::move(member.value());
  return request;
}

}  // namespace

Result<chat::Request> decode_messages_request(const json::value& body) {
  return decode(body, MaxTokens::required);
}

Result<chat::Request> decode_count_tokens_request(const json::value& body) {
  return decode(body, MaxTokens::optional);
}

}  // namespace hearth::wire
