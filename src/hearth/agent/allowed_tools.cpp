#include "hearth/agent/allowed_tools.h"

#include <algorithm>

#include "hearth/agent/claude_code_names.h"
#include "hearth/agent/opening_request.h"
#include "hearth/agent/task_tool.h"

namespace hearth::agent {

bool is_among_only_tools(const Workplace& workplace, std::string_view tool) {
  const auto& only = workplace.only_tools;
  return only.empty() || std::ranges::find(only, tool) != only.end() ||
         std::ranges::find(only, known_tool_name(tool)) != only.end();
}

void allow_tools(chat::Request& request, const Workplace& workplace,
                 const std::set<std::string>& exhausted) {
  if (workplace.can_answer_at_once) {
    request.tool_choice.mode = chat::ToolChoice::Mode::none;
    return;
  }
  std::vector<std::string>& allowed = request.tool_choice.allowed;
  for (const chat::Tool& tool : request.tools) {
    const bool starts_another = workplace.is_subagent && tool.name == task_tool_name;
    const bool useful = !starts_another && is_among_only_tools(workplace, tool.name) &&
                        !exhausted.contains(tool.name);
    if (useful || tool.name == finish_name) allowed.push_back(tool.name);
  }
  if (allowed.size() == request.tools.size()) allowed.clear();
}

}  // namespace hearth::agent
