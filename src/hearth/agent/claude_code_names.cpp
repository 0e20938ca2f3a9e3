#include "hearth/agent/claude_code_names.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "hearth/agent/folder.h"

namespace hearth::agent {
namespace {

struct ToolName {
  std::string_view ours;
  std::string_view known;
};

/// Of several names of one tool the first is told.
constexpr std::array tool_names{
    ToolName{"read", "Read"},
    ToolName{"read", "LS"},
    ToolName{"edit", "Edit"},
    ToolName{"edit", "MultiEdit"},
    ToolName{"write", "Write"},
    ToolName{"bash", "Bash"},
    ToolName{"job", "BashOutput"},
    ToolName{"job", "KillShell"},
    ToolName{"grep", "Grep"},
    ToolName{"glob", "Glob"},
    ToolName{"todo", "TodoWrite"},
    ToolName{"task", "Task"},
    ToolName{"task", "Agent"},
    ToolName{"web_fetch", "WebFetch"},
    ToolName{"web_search", "WebSearch"},
};

struct ArgumentName {
  std::string_view tool;
  std::string_view ours;
  std::string_view known;
};

constexpr std::array argument_names{
    ArgumentName{"read", "path", "file_path"},
    ArgumentName{"edit", "path", "file_path"},
    ArgumentName{"write", "path", "file_path"},
    ArgumentName{"bash", "background", "run_in_background"},
    ArgumentName{"job", "number", "bash_id"},
    ArgumentName{"task", "agent", "subagent_type"},
};

constexpr std::int64_t ms_in_a_second = 1000;

json::value absolute_named(const json::value& path, const std::filesystem::path& folder) {
  if (!path.is_string() || path.get_string().empty()) return path;
  const std::string_view text(path.get_string());
  return json::value((folder / std::filesystem::path(text)).lexically_normal().generic_string());
}

json::value named_in(const json::value& path, const std::filesystem::path& folder) {
  return path.is_string() ? json::value(name_below(folder, path.get_string())) : path;
}

}  // namespace

std::string known_tool_name(std::string_view tool) {
  const auto name = std::ranges::find(tool_names, tool, &ToolName::ours);
  return std::string(name == tool_names.end() ? tool : name->known);
}

std::vector<std::string> our_tool_names(const std::vector<std::string>& names) {
  std::vector<std::string> ours;
  ours.reserve(names.size());
  for (const std::string& each : names) {
    const auto name = std::ranges::find(tool_names, each, &ToolName::known);
    ours.emplace_back(name == tool_names.end() ? each : name->ours);
  }
  return ours;
}

json::object known_arguments(std::string_view tool, const json::object& arguments,
                             const std::filesystem::path& folder) {
  json::object known;
  for (const auto& [key, value] : arguments) {
    const std::string_view ours = key;
    const auto name = std::ranges::find_if(argument_names, [&](const ArgumentName& each) {
      return each.tool == tool && each.ours == ours;
    });
    if (name != argument_names.end()) {
      known[name->known] = name->known == "file_path" ? absolute_named(value, folder) : value;
    } else if (tool == "bash" && ours == "timeout" && value.is_int64()) {
      constexpr std::int64_t most_seconds = 1'000'000;
      known[ours] = std::clamp<std::int64_t>(value.get_int64(), 0, most_seconds) * ms_in_a_second;
    } else {
      known[ours] = value;
    }
  }
  return known;
}

json::object our_arguments(std::string_view tool, const json::object& arguments,
                           const std::filesystem::path& folder) {
  json::object ours;
  for (const auto& [key, value] : arguments) {
    const std::string_view known = key;
    const auto name = std::ranges::find_if(argument_names, [&](const ArgumentName& each) {
      return each.tool == tool && each.known == known;
    });
    if (name != argument_names.end()) {
      ours[name->ours] = known == "file_path" ? named_in(value, folder) : value;
    } else if (tool == "bash" && known == "timeout" && value.is_int64() && value.get_int64() > 0) {
      // Less than a second is one.
      ours[known] = (value.get_int64() - 1) / ms_in_a_second + 1;
    } else {
      ours[known] = value;
    }
  }
  return ours;
}

}  // namespace hearth::agent
