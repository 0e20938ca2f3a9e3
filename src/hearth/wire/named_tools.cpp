#include "hearth/wire/named_tools.h"

#include <fmt/format.h>

namespace hearth::wire {

void check_tool_name(const chat::Request& request, std::string_view name, const std::string& path,
                     Problems& problems) {
  if (chat::find_tool(request, name) != nullptr) return;
  problems.report(path, fmt::format("no tool is named \"{}\" in `tools`", name));
}

void decode_allowed_list(Fields& allowed, const NameOfTool& name_of, chat::Request& request) {
  Problems& problems = allowed.problems();
  std::vector<std::string>& names = request.tool_choice.allowed;
  const json::array* tools = allowed.array("tools");
  for (std::size_t i = 0; tools != nullptr && i < tools->size(); ++i) {
    const std::string path = problems.item(allowed.at("tools"), i);
    const json::object* object = (*tools)[i].if_object();
    if (object == nullptr) return problems.expected(path, "an object", &(*tools)[i]);
    Fields tool(*object, path, problems);
    const std::string type = tool.string("type");
    if (type != "function" && type != "custom") continue;
    names.push_back(name_of(tool, type));
    check_tool_name(request, names.back(), path, problems);
  }
  if (names.empty()) {
    request.warnings.emplace_back("tool_choice.allowed_tools names no function: all stay allowed");
  }
}

}  // namespace hearth::wire
