#include "hearth/agent/mentions.h"

#include <algorithm>

#include "hearth/agent/documents/document_text.h"
#include "hearth/agent/plain_text.h"
#include "hearth/base/percent.h"

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

bool is_file(const std::filesystem::path& path) {
  std::error_code ec;
  return std::filesystem::is_regular_file(path, ec);
}

bool is_image_elsewhere(const std::string& name) {
  return std::filesystem::path(name).is_absolute() && image_type(name) && is_file(name);
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
    if (name.empty()) continue;
    const auto path = folder.resolve(name);
    if (path ? !is_file(*path) : !is_image_elsewhere(name)) continue;
    if (std::ranges::find(files, name) == files.end()) files.push_back(name);
  }
  return files;
}

std::string mention_of_pasted_path(std::string_view pasted) {
  constexpr std::string_view scheme = "file://";
  std::string_view text = trimmed(pasted);
  std::string path;
  if (text.starts_with(scheme)) {
    path = percent_decoded(text.substr(scheme.size())).value_or("");
  } else if (text.size() > 2 && (text.front() == '\'' || text.front() == '"') &&
             text.back() == text.front()) {
    path = text.substr(1, text.size() - 2);
  } else {
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\\' && i + 1 < text.size()) ++i;
      path += text[i];
    }
  }
  if (!is_image_elsewhere(path)) return {};
  const bool blanks = path.find_first_of(" \t'`()<>[]{}") != std::string::npos;
  return blanks ? "@\"" + path + "\" " : "@" + path + " ";
}

}  // namespace hearth::agent
