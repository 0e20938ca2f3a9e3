#include "hearth/agent/shell/shell_places.h"

#include <algorithm>

#include "hearth/base/xdg.h"

namespace hearth::agent {

std::filesystem::path path_meant(const std::string& name, const std::filesystem::path& folder) {
  if (name == "~") return home_dir();
  const std::filesystem::path path =
      name.starts_with("~/") ? home_dir() / name.substr(2) : folder / name;
  return path.lexically_normal();
}

ShellPlaces::ShellPlaces(const ShellScript& script, const std::filesystem::path& start)
    : folders_{start} {
  if (!script.loops) return;
  for (const ShellPart& part : script.parts) pass(part);
  complete_ = complete_ && folders_.size() == 1;
}

void ShellPlaces::pass(const ShellPart& part) {
  constexpr std::size_t most = 64;
  if (part.words.empty() || part.words.front() != "cd") return;
  const std::string target = part.words.size() > 1 ? part.words.back() : "~";
  const std::vector<std::filesystem::path> before = folders_;
  for (const std::filesystem::path& folder : before) {
    const std::filesystem::path to = path_meant(target, folder);
    if (std::ranges::find(folders_, to) != folders_.end()) continue;
    if (folders_.size() < most) {
      folders_.push_back(to);
    } else {
      complete_ = false;
    }
  }
}

}  // namespace hearth::agent
