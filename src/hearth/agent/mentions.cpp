#include "hearth/agent/mentions.h"

#include <algorithm>

namespace hearth::agent {
namespace {

/// The path behind the `@` at `at`; punctuation that ends a sentence is not part of it.
std::string path_behind(std::string_view task, std::size_t at) {
  std::string_view rest = task.substr(at + 1);
  if (rest.starts_with('"')) {
    const std::size_t end = rest.find('"', 1);
    return end == std::string_view::npos ? std::string() : std::string(rest.substr(1, end - 1));
  }
  rest = rest.substr(0, rest.find_first_of(" \t\n\"'`()<>[]{}"));
  while (!rest.empty() && std::string_view(".,;:!?").find(rest.back()) != std::string_view::npos) {
    rest.remove_suffix(1);
  }
  return std::string(rest);
}

}  // namespace

std::vector<std::string> mentioned_files(std::string_view task, const Folder& folder) {
  constexpr std::size_t most = 20;
  std::vector<std::string> files;
  for (std::size_t at = task.find('@'); at != std::string_view::npos && files.size() < most;
       at = task.find('@', at + 1)) {
    const bool begins_word =
        at == 0 || std::string_view(" \t\n(\"'`").find(task[at - 1]) != std::string_view::npos;
    if (!begins_word) continue;
    const std::string name = path_behind(task, at);
    const auto path = name.empty() ? Result<std::filesystem::path>() : folder.resolve(name);
    std::error_code ec;
    if (!path || name.empty() || !std::filesystem::is_regular_file(*path, ec)) continue;
    if (std::ranges::find(files, name) == files.end()) files.push_back(name);
  }
  return files;
}

}  // namespace hearth::agent
