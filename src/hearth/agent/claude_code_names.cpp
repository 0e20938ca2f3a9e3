#include "hearth/agent/claude_code_names.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "hearth/agent/folder.h"

namespace hearth::agent {
namespace {

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
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 11> names{{
      {"read", "Read"},
      {"edit", "Edit"},
      {"write", "Write"},
      {"bash", "Bash"},
      {"job", "BashOutput"},
      {"grep", "Grep"},
      {"glob", "Glob"},
      {"todo", "TodoWrite"},
      {"task", "Task"},
      {"web_fetch", "WebFetch"},
      {"web_search", "WebSearch"},
  }};
  const auto name =
      std::ranges::find(names, tool, &std::pair<std::string_view, std::string_view>::first);
  return std::string(name == names.end() ? tool : name->second);
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
