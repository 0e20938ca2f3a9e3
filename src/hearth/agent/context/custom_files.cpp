#include "hearth/agent/context/custom_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "hearth/agent/context/project_files.h"
#include "hearth/agent/plain_text.h"
#include "hearth/base/xdg.h"

namespace hearth::agent {
namespace fs = std::filesystem;
namespace {

std::string_view folder_of(CustomKind kind) {
  switch (kind) {
    case CustomKind::command: return "commands";
    case CustomKind::skill: return "skills";
    case CustomKind::agent: return "agents";
  }
  return "commands";
}

/// "git:fix" for "git/fix.md"; empty if `file` is none of its kind.
std::string name_of(const fs::path& file, const fs::path& base, CustomKind kind) {
  if (kind == CustomKind::skill) {
    return file.filename() == "SKILL.md" ? file.parent_path().filename().string() : std::string();
  }
  if (file.extension() != ".md") return {};
  std::string name = file.lexically_relative(base).replace_extension().generic_string();
  std::ranges::replace(name, '/', ':');
  return name;
}

/// The words of a command line, in quotes or not.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  char quote = 0;
  bool in_word = false;
  for (const char c : text) {
    if (quote != 0) {
      if (c == quote) {
        quote = 0;
      } else {
        words.back() += c;
      }
    } else if (c == ' ' || c == '\t') {
      in_word = false;
    } else {
      if (!in_word) words.emplace_back();
      in_word = true;
      if (c == '"' || c == '\'') {
        quote = c;
      } else {
        words.back() += c;
      }
    }
  }
  return words;
}

}  // namespace

std::vector<CustomFile> find_custom_files(const fs::path& folder, CustomKind kind,
                                          const SettingSources& sources) {
  constexpr std::size_t most = 500;
  std::vector<CustomFile> found;
  const auto name = folder_of(kind);
  struct Base {
    fs::path path;
    bool of_project;
  };
  std::vector<Base> bases;
  if (sources.project) {
    bases.push_back({folder / ".hearth" / name, true});
    bases.push_back({folder / ".claude" / name, true});
  }
  if (sources.user) {
    bases.push_back({config_dir() / name, false});
    bases.push_back({home_dir() / ".claude" / name, false});
  }
  const fs::path root = repository_of(folder);
  for (const auto& [base, of_project] : bases) {
    std::error_code ec;
    fs::recursive_directory_iterator it(base, fs::directory_options::skip_permission_denied, ec);
    for (; !ec && it != fs::recursive_directory_iterator() && found.size() < most;
         it.increment(ec)) {
      std::error_code entry_error;
      if (!it->is_regular_file(entry_error)) continue;
      if (of_project && !project_may_lead_to(it->path(), root)) continue;
      const std::string its_name = name_of(it->path(), base, kind);
      const bool known = std::ranges::find(found, its_name, &CustomFile::name) != found.end();
      if (!its_name.empty() && !known) found.push_back({its_name, it->path()});
    }
  }
  std::ranges::sort(found, {}, &CustomFile::name);
  return found;
}

std::string with_arguments(std::string_view body, std::string_view arguments) {
  const auto words = words_of(arguments);
  std::string result;
  bool used = false;
  for (std::size_t i = 0; i < body.size();) {
    constexpr std::string_view all = "$ARGUMENTS";
    if (body.substr(i).starts_with(all)) {
      result += arguments;
      i += all.size();
      used = true;
    } else if (body[i] == '$' && i + 1 < body.size() && body[i + 1] >= '1' && body[i + 1] <= '9' &&
               (i + 2 == body.size() ||
                std::isdigit(static_cast<unsigned char>(body[i + 2])) == 0)) {
      const auto index = static_cast<std::size_t>(body[i + 1] - '1');
      if (index < words.size()) result += words[index];
      i += 2;
      used = true;
    } else {
      result += body[i++];
    }
  }
  if (!used && !trimmed(arguments).empty()) result += fmt::format("\n{}\n", arguments);
  return result;
}

}  // namespace hearth::agent
