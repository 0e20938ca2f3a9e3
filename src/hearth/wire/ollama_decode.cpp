#include "hearth/wire/ollama_decode.h"

#include <climits>
#include <fmt/format.h>

#include <deque>

#include "hearth/wire/fields.h"
#include "hearth/wire/openai_fields.h"

namespace hearth::wire {
namespace {

struct OpenCall {
  std::string id;
  std::string name;
};

/// The `function` of a tool or a call; null, and a problem, if it has none.
const json::object* function_of(const json::value& item, const std::string& path,
                                Problems& problems) {
  const json::object* object = item.if_object();
  const json::object* function = object == nullptr ? nullptr : find_object(*object, "function");
  if (function == nullptr) problems.expected(path, "an object with `function`", &item);
  return function;
}

/// Messages in Ollama's form, with the calls that wait for their results.
class OllamaMessages {
 public:
  OllamaMessages(chat::Request& request, Problems& problems)
      : request_(request), problems_(problems) {}

  void add(const json::object& object, const std::string& path) {
    Fields fields(object, path, problems_);
    const std::string role = fields.one_of("role", {"system", "user", "assistant", "tool"});
    if (role == "tool") {
      add_result(fields);
      return;
    }
    after_result_ = false;
    chat::Message message;
    message.role = role == "assistant" ? chat::Role::assistant
                   : role == "system"  ? chat::Role::system
                                       : chat::Role::user;
    if (std::string thinking = fields.string("thinking"); !thinking.empty()) {
      message.content.emplace_back(chat::ThinkingBlock{std::move(thinking), {}, {}});
    }
    if (std::string text = fields.string("content"); !text.empty()) {
      message.content.emplace_back(chat::TextBlock{std::move(text), {}});
    }
    add_images(fields, message);
    add_calls(fields, message);
    request_.messages.push_back(std::move(message));
  }

  void add_images(Fields& fields, chat::Message& message) {
    const json::array* images = fields.array("images");
    for (std::size_t i = 0; images != nullptr && i < images->size(); ++i) {
      if (!(*images)[i].is_string()) {
        problems_.expected(problems_.item(fields.at("images"), i), "a string in base64",
                           &(*images)[i]);
        return;
      }
      const std::string data((*images)[i].get_string());
      // "/9j" is how a JPEG begins in base64.
      const char* const type = data.starts_with("/9j") ? "image/jpeg" : "image/png";
      message.content.emplace_back(chat::ImageBlock{type, data, {}, {}});
    }
  }

 private:
  void add_calls(Fields& fields, chat::Message& message) {
    const json::array* calls = fields.array("tool_calls");
    for (std::size_t i = 0; calls != nullptr && i < calls->size(); ++i) {
      const std::string path = problems_.item(fields.at("tool_calls"), i);
      const json::object* function = function_of((*calls)[i], path, problems_);
      if (function == nullptr) return;
      Fields call(*function, path + ".function", problems_);
      chat::ToolUseBlock use;
      use.name = call.required_string("name");
      use.arguments = decode_arguments(call.value("arguments"));
      use.id = find_string((*calls)[i].get_object(), "id").value_or("");
      if (use.id.empty()) use.id = fmt::format("call_{}", n_calls_);
      ++n_calls_;
      open_.push_back({use.id, use.name});
      message.content.emplace_back(std::move(use));
    }
  }

  void add_result(Fields& fields) {
    const std::string id = fields.string("tool_call_id");
    const std::string name = fields.string("tool_name");
    const auto found = std::ranges::find_if(open_, [&](const OpenCall& call) {
      return id.empty() ? name.empty() || call.name == name : call.id == id;
    });
    if (found == open_.end()) {
      problems_.report(fields.path(), "no tool call in the messages before waits for this result");
      return;
    }
    chat::ToolResultBlock result;
    result.tool_use_id = found->id;
    result.content.emplace_back(chat::TextBlock{fields.string("content"), {}});
    open_.erase(found);
    if (!after_result_) request_.messages.push_back({chat::Role::user, {}});
    after_result_ = true;
    request_.messages.back().content.emplace_back(std::move(result));
  }

  chat::Request& request_;
  Problems& problems_;
  std::deque<OpenCall> open_;
  int n_calls_ = 0;
  bool after_result_ = false;
};

void decode_ollama_tools(Fields& body, chat::Request& request) {
  const json::array* tools = body.array("tools");
  Problems& problems = body.problems();
  for (std::size_t i = 0; tools != nullptr && i < tools->size() && !problems.any(); ++i) {
    const std::string path = problems.item("tools", i);
    const json::object* function = function_of((*tools)[i], path, problems);
    if (function == nullptr) return;
    Fields fields(*function, path + ".function", problems);
    chat::Tool tool;
    tool.name = fields.required_string("name");
    tool.description = fields.string("description");
    if (const json::object* schema = fields.object("parameters")) tool.input_schema = *schema;
    request.tools.push_back(std::move(tool));
  }
}

struct Options {
  chat::Sampling sampling;
  std::vector<std::string> stop;
  std::optional<int> max_tokens;
};

/// `options`, and warnings for those that nothing is made of.
Options decode_options(Fields& body, std::vector<std::string>& warnings) {
  Options options;
  const json::object* object = body.object("options");
  if (object == nullptr) return options;
  Fields fields(*object, "options", body.problems());
  options.sampling = decode_sampling(fields);
  options.stop = decode_stop(fields);
  // -1 and -2 mean "as many as there is room for".
  const auto most = fields.integer("num_predict", -2, INT_MAX);
  if (most && *most > 0) options.max_tokens = most;
  for (const auto& member : fields.rest()) {
    warnings.push_back(fmt::format("ignored options.{}", std::string_view(member.key())));
  }
  return options;
}

void decode_think(Fields& body, chat::Request& request) {
  const json::value* think = body.value("think");
  if (think == nullptr) return;
  using Mode = chat::Thinking::Mode;
  if (think->is_bool()) {
    request.thinking.mode = think->get_bool() ? Mode::enabled : Mode::disabled;
  } else if (think->is_string()) {
    request.thinking.mode = Mode::enabled;
    request.thinking.effort = think->get_string();
  } else {
    body.problems().expected("think", "a boolean or a string", think);
  }
}

void decode_format(Fields& body, chat::Request& request) {
  const json::value* format = body.value("format");
  if (format == nullptr) return;
  if (format->is_object()) {
    request.json_schema = *format;
  } else if (format->is_string() && format->get_string() == "json") {
    request.json_schema = json::object{{"type", "object"}};
  } else if (!format->is_string() || !format->get_string().empty()) {
    body.problems().report("format", "expected \"json\" or a JSON schema");
  }
}

/// What chat and generate have in common.
void decode_common(Fields& body, chat::Request& request) {
  request.model = body.required_string("model");
  Options options = decode_options(body, request.warnings);
  request.sampling = options.sampling;
  request.stop = std::move(options.stop);
  request.max_tokens = options.max_tokens;
  decode_think(body, request);
  decode_format(body, request);
  request.stream = body.value("stream") == nullptr || body.boolean("stream");
  static_cast<void>(body.value("keep_alive"));
}

Result<chat::Request> ended(Fields& fields, chat::Request& request) {
  if (fields.problems().any()) return std::unexpected(fields.problems().error());
  for (const auto& member : fields.rest()) {
    request.warnings.push_back(fmt::format("ignored the field {}", std::string_view(member.key())));
  }
  return std::move(request);
}

Result<const json::object*> object_of(const json::value& body) {
  if (const json::object* object = body.if_object()) return object;
  Problems problems(PathStyle::brackets);
  problems.expected("the body", "an object", &body);
  return std::unexpected(problems.error());
}

void refuse_unsupported(Fields& fields) {
  if (const json::array* context = fields.array("context"); context && !context->empty()) {
    fields.problems().report("context", "not supported; send the conversation to /api/chat");
  }
  if (!fields.string("template").empty()) {
    fields.problems().report("template", "the model's own is used; leave it out, or send `raw`");
  }
}

}  // namespace

Result<chat::Request> decode_ollama_chat(const json::value& body) {
  const auto object = object_of(body);
  if (!object) return std::unexpected(object.error());
  Problems problems(PathStyle::brackets);
  Fields fields(**object, "", problems);
  chat::Request request;
  decode_common(fields, request);
  OllamaMessages messages(request, problems);
  const json::array* items = fields.array("messages");
  for (std::size_t i = 0; items != nullptr && i < items->size() && !problems.any(); ++i) {
    const std::string path = problems.item("messages", i);
    if (const json::object* message = (*items)[i].if_object()) {
      messages.add(*message, path);
    } else {
      problems.expected(path, "an object", &(*items)[i]);
    }
  }
  decode_ollama_tools(fields, request);
  return ended(fields, request);
}

Result<chat::Request> decode_ollama_generate(const json::value& body) {
  const auto object = object_of(body);
  if (!object) return std::unexpected(object.error());
  Problems problems(PathStyle::brackets);
  Fields fields(**object, "", problems);
  chat::Request request;
  decode_common(fields, request);
  refuse_unsupported(fields);
  fields.boolean("raw");
  if (std::string system = fields.string("system"); !system.empty()) {
    request.messages.push_back({chat::Role::system, {chat::TextBlock{std::move(system), {}}}});
  }
  if (std::string prompt = fields.string("prompt"); !prompt.empty()) {
    chat::Message message{chat::Role::user, {chat::TextBlock{std::move(prompt), {}}}};
    OllamaMessages(request, problems).add_images(fields, message);
    request.messages.push_back(std::move(message));
  }
  return ended(fields, request);
}

Result<CompletionRequest> decode_ollama_raw(const json::value& body) {
  const auto object = object_of(body);
  if (!object) return std::unexpected(object.error());
  Problems problems(PathStyle::brackets);
  Fields fields(**object, "", problems);
  CompletionRequest request;
  request.model = fields.required_string("model");
  request.prompts.push_back({fields.required_string("prompt")});
  Options options = decode_options(fields, request.warnings);
  request.sampling = options.sampling;
  request.stop = std::move(options.stop);
  request.max_tokens = options.max_tokens;
  request.stream = fields.value("stream") == nullptr || fields.boolean("stream");
  if (std::string suffix = fields.string("suffix"); !suffix.empty()) {
    request.infill = chat::Infill{.suffix = std::move(suffix), .others = {}};
  }
  refuse_unsupported(fields);
  fields.boolean("raw");
  static_cast<void>(fields.value("keep_alive"));
  if (problems.any()) return std::unexpected(problems.error());
  for (const auto& member : fields.rest()) {
    request.warnings.push_back(fmt::format("ignored the field {}", std::string_view(member.key())));
  }
  return request;
}

}  // namespace hearth::wire
