#pragma once

#include <filesystem>
#include <set>
#include <stop_token>
#include <string>

namespace hearth::agent {

/// What git ignores in a folder, by `.gitignore` and the user's own settings. Nothing outside of a
/// repository, or without git.
class GitIgnored {
 public:
  GitIgnored(const std::filesystem::path& folder, const std::stop_token& stop);

  /// `name` is relative to the folder, with forward slashes.
  [[nodiscard]] bool covers(const std::string& name) const;

 private:
  std::set<std::string> names_;  ///< folders end in a slash
};

}  // namespace hearth::agent
