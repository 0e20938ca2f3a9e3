#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace hearth::agent {

/// What the model knows of each file: the content when it last read or wrote it. An edit is refused
/// where it has not read the file, or somebody else has changed it since.
class SeenFiles {
 public:
  enum class Knowledge { never_read, changed_since, current };

  void note(const std::filesystem::path& path, std::string_view content);
  /// The same of a copy of the folder `from`, which lies at `to`.
  [[nodiscard]] SeenFiles moved(const std::filesystem::path& from,
                                const std::filesystem::path& to) const;
  [[nodiscard]] Knowledge of(const std::filesystem::path& path, std::string_view content) const;

 private:
  std::map<std::filesystem::path, std::size_t> hashes_;
};

}  // namespace hearth::agent
