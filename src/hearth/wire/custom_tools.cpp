#include "hearth/wire/custom_tools.h"

#include <fmt/format.h>

namespace hearth::wire {
namespace {

constexpr std::string_view input_key = "input";

}  // namespace

void make_custom(chat::Tool& tool, const json::object* format, std::vector<std::string>& warnings) {
  // Chat completions have it one level deeper than Responses.
  const json::object* inner = format == nullptr ? nullptr : find_object(*format, "grammar");
  const json::object* grammar = inner == nullptr ? format : inner;
  if (grammar != nullptr) {
    if (const auto definition = find_string(*grammar, "definition")) {
      tool.description += fmt::format("\nThe input follows this {} grammar:\n{}",
                                      find_string(*grammar, "syntax").value_or(""), *definition);
      warnings.push_back(fmt::format(
          "the grammar of the tool \"{}\" is told to the model and not enforced", tool.name));
    }
  }
  tool.input_schema = {{"type", "object"},
                       {"properties", {{input_key, {{"type", "string"}}}}},
                       {"required", json::array{input_key}},
                       {"additionalProperties", false}};
}

std::string custom_input(const std::string& arguments) {
  const auto parsed = parse_json(arguments);
  if (!parsed || !parsed->is_object()) return arguments;
  const auto input = find_string(parsed->get_object(), input_key);
  return input ? std::string(*input) : arguments;
}

std::string custom_arguments(std::string_view input) {
  return to_json(json::object{{input_key, input}});
}

CustomTools custom_tools_of(const chat::Request& request) {
  CustomTools names;
  if (request.extra_format != "openai") return names;
  for (const chat::Tool& tool : request.tools) {
    if (tool.type == "custom") names.insert(tool.name);
  }
  return names;
}

}  // namespace hearth::wire
