#include "hearth/agent/shell/only_looks.h"

#include <system_error>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <glob.h>

#include "hearth/agent/folder.h"
#include "hearth/agent/sandbox/secrets.h"
#include "hearth/agent/shell/looking_options.h"

namespace hearth::agent {
namespace fs = std::filesystem;
namespace {

/// Whether `path` may lead out of the working directory.
bool leads_out(std::string_view path) {
  return path.starts_with('/') || path.starts_with('~') || path == ".." ||
         path.starts_with("../") || path.find("/..") != std::string_view::npos;
}

std::string without_magic(const std::string& path) {
  std::string plain;
  for (const char c : path) {
    if (std::string_view("*?[\\").find(c) != std::string_view::npos) plain += '\\';
    plain += c;
  }
  return plain;
}

/// What a shell in `folder` puts in the place of `pattern`: itself where nothing fits.
std::vector<std::string> names_for(const std::string& pattern, const fs::path& folder) {
  const std::string before = folder.empty() ? "" : folder.string() + "/";
  glob_t found{};
  std::vector<std::string> names;
  if (::glob((without_magic(before) + pattern).c_str(), 0, nullptr, &found) == 0) {
    for (std::size_t i = 0; i < found.gl_pathc; ++i) {
      const std::string name = found.gl_pathv[i];
      names.push_back(name.starts_with(before) ? name.substr(before.size()) : name);
    }
  } else {
    names.push_back(pattern);
  }
  ::globfree(&found);
  return names;
}

void put_names(std::vector<std::string>& words, const ShellPart& part, const fs::path& folder) {
  std::vector<std::string> with_names;
  for (const std::string& word : words) {
    if (std::ranges::find(part.globs, word) == part.globs.end()) {
      with_names.push_back(word);
    } else {
      std::ranges::move(names_for(word, folder), std::back_inserter(with_names));
    }
  }
  words = std::move(with_names);
}

/// Whether `name` is, in `folder`, no file at all, or one below `root` that holds no secret.
bool is_harmless_file(const std::string& name, const fs::path& folder, const fs::path& root) {
  std::error_code ec;
  const fs::path real = fs::weakly_canonical(folder / name, ec);
  if (ec) return ec == std::errc::filename_too_long;
  return is_below(real, root) && !is_secret_name(real.filename().string());
}

/// A word as it is, and what may be a file's name in it: "--file=NAME", "-fNAME".
std::vector<std::string> possible_names(const std::string& word) {
  std::vector<std::string> names{word};
  const std::size_t equals = word.find('=');
  if (equals != std::string::npos) names.push_back(word.substr(equals + 1));
  if (word.size() > 2 && word.starts_with('-')) names.push_back(word.substr(2));
  return names;
}

bool is_harmless_word(const std::string& word, const fs::path& folder, const fs::path& root) {
  if (word.starts_with('-') && word.find('/') != std::string::npos) return false;
  return std::ranges::all_of(possible_names(word), [&](const std::string& name) {
    // For git "HEAD:.env" is one, too.
    return !leads_out(name) && !is_secret_name(name.substr(name.find_last_of("/:") + 1)) &&
           is_harmless_file(name, folder, root);
  });
}

/// Whether git would take `folder`, or one that it is in, for a repository without a work tree:
/// what such a one brings with it may name programs for git to run.
bool is_in_bare_repository(const fs::path& folder, const fs::path& root) {
  std::error_code ec;
  fs::path place = fs::weakly_canonical(folder, ec);
  while (is_below(place, root) && place.has_relative_path()) {
    if (fs::exists(place / "HEAD", ec)) return true;
    place = place.parent_path();
  }
  return false;
}

bool only_looks_in(const fs::path& folder, const fs::path& root, ShellPart part) {
  if (std::ranges::any_of(part.globs, &leads_out)) return false;
  const bool is_git = !part.words.empty() && part.words.front() == "git";
  if (is_git && is_in_bare_repository(folder, root)) return false;
  put_names(part.words, part, folder);
  put_names(part.reads, part, folder);
  const auto harmless = [&](const std::string& word) {
    return word == "/dev/null" || is_harmless_word(word, folder, root);
  };
  return only_looks_by_options(part) && std::ranges::all_of(part.reads, harmless) &&
         std::all_of(part.words.begin() + (part.words.empty() ? 0 : 1), part.words.end(), harmless);
}

}  // namespace

bool only_looks(const ShellPart& part, const fs::path& root, const ShellPlaces& places) {
  const bool writes =
      std::ranges::any_of(part.writes, [](const std::string& file) { return file != "/dev/null"; });
  if (writes || part.has_expansion || !part.assignments.empty()) return false;
  return places.complete() && std::ranges::all_of(places.folders(), [&](const fs::path& folder) {
           return only_looks_in(folder, root, part);
         });
}

bool only_looks(const ShellScript& script, const ShellFolders& folders) {
  if (!script.unclear.empty() || script.parts.empty()) return false;
  ShellPlaces places(script, folders.start);
  for (const ShellPart& part : script.parts) {
    if (!only_looks(part, folders.root, places)) return false;
    places.pass(part);
  }
  return true;
}

}  // namespace hearth::agent
