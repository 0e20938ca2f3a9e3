#include "hearth/wire/responses_tools.h"

#include <fmt/format.h>

#include "hearth/wire/named_tools.h"
#include "hearth/wire/openai_fields.h"

namespace hearth::wire {
namespace {

void add_function(Fields& fields, std::string_view space, chat::Request& request,
                  ResponsesTools& names) {
  chat::Tool tool;
  const std::string name = fields.required_string("name");
  if (name.empty()) fields.problems().report(fields.at("name"), "expected a name, found nothing");
  tool.name = ResponsesTools::flat_name(space, name);
  tool.description = fields.string("description");
  if (const json::object* schema = fields.object("parameters")) tool.input_schema = *schema;
  tool.extra = fields.rest();
  names.add(tool.name, {ResponsesTool::Kind::function, std::string(space), name});
  request.tools.push_back(std::move(tool));
}

/// A grammar that the client gives is told to the model in words; it is not enforced.
void add_custom(Fields& fields, std::string_view space, chat::Request& request,
                ResponsesTools& names) {
  chat::Tool tool;
  const std::string name = fields.required_string("name");
  tool.name = ResponsesTools::flat_name(space, name);
  tool.description = fields.string("description");
  make_custom(tool, fields.object("format"), request.warnings);
  names.add(tool.name, {ResponsesTool::Kind::custom, std::string(space), name});
  request.tools.push_back(std::move(tool));
}

void add_namespace(Fields& fields, chat::Request& request, ResponsesTools& names) {
  const std::string space = fields.required_string("name");
  const std::string about = fields.string("description");
  const json::array* tools = fields.array("tools");
  Problems& problems = fields.problems();
  for (std::size_t i = 0; tools != nullptr && i < tools->size() && !problems.any(); ++i) {
    const std::string path = problems.item(fields.at("tools"), i);
    const json::object* object = (*tools)[i].if_object();
    if (object == nullptr) {
      problems.expected(path, "an object", &(*tools)[i]);
      return;
    }
    Fields inner(*object, path, problems);
    if (inner.one_of("type", {"function", "custom"}) == "custom") {
      add_custom(inner, space, request, names);
    } else {
      add_function(inner, space, request, names);
    }
    if (i == 0 && !about.empty() && !request.tools.empty()) {
      std::string& description = request.tools.back().description;
      description = fmt::format("{}\n(About all tools {}…: {})", description,
                                ResponsesTools::flat_name(space, ""), about);
    }
  }
}

void add_tool(Fields& fields, chat::Request& request, ResponsesTools& names) {
  const std::string type = fields.required_string("type");
  if (type == "function") {
    add_function(fields, {}, request, names);
  } else if (type == "custom") {
    add_custom(fields, {}, request, names);
  } else if (type == "namespace") {
    add_namespace(fields, request, names);
  } else if (!type.empty()) {
    request.warnings.push_back(
        fmt::format("left out the tool \"{}\", which the service itself would have to run", type));
  }
}

std::string name_in_choice(Fields& tool) {
  return ResponsesTools::flat_name(tool.string("namespace"), tool.required_string("name"));
}

}  // namespace

std::string ResponsesTools::flat_name(std::string_view space, std::string_view name) {
  return space.empty() ? std::string(name) : fmt::format("{}__{}", space, name);
}

ResponsesTool ResponsesTools::find(const std::string& flat) const {
  const auto found = tools_.find(flat);
  return found == tools_.end() ? ResponsesTool{ResponsesTool::Kind::function, {}, flat}
                               : found->second;
}

void decode_responses_tools(Fields& holder, chat::Request& request, ResponsesTools& names) {
  const json::array* tools = holder.array("tools");
  Problems& problems = holder.problems();
  for (std::size_t i = 0; tools != nullptr && i < tools->size() && !problems.any(); ++i) {
    const std::string path = problems.item(holder.at("tools"), i);
    if (const json::object* object = (*tools)[i].if_object()) {
      Fields fields(*object, path, problems);
      add_tool(fields, request, names);
    } else {
      problems.expected(path, "an object", &(*tools)[i]);
    }
  }
}

void decode_responses_tool_choice(Fields& body, chat::Request& request) {
  using Mode = chat::ToolChoice::Mode;
  chat::ToolChoice& choice = request.tool_choice;
  if (const json::object* object = decode_tool_mode(body, choice)) {
    Problems& problems = body.problems();
    Fields fields(*object, "tool_choice", problems);
    const std::string type = fields.one_of("type", {"function", "custom", "allowed_tools"});
    if (type == "allowed_tools") {
      if (fields.one_of("mode", {"auto", "required"}) == "required") choice.mode = Mode::any;
      const auto name_of = [](Fields& tool, std::string_view) { return name_in_choice(tool); };
      decode_allowed_list(fields, name_of, request);
    } else if (!type.empty()) {
      choice.mode = Mode::tool;
      choice.name = name_in_choice(fields);
      check_tool_name(request, choice.name, "tool_choice.name", problems);
    }
  }
  decode_tool_limits(body, request);
}

}  // namespace hearth::wire
