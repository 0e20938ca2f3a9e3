#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/base/error.h"

namespace hearth::agent {

/// The folder a session works in. Every path a model names goes through it; nothing outside it is
/// reached by a file tool, whatever `..` or symbolic links say.
class Folder {
 public:
  /// REQUIRES: `root` exists. Errors: not_found.
  static Result<Folder> open(const std::filesystem::path& root);

  [[nodiscard]] const std::filesystem::path& root() const { return root_; }

  /// The absolute path of `name` (relative to the root, or absolute inside it). The file itself
  /// need not exist. Errors: forbidden outside the folder, also by way of a symbolic link.
  [[nodiscard]] Result<std::filesystem::path> resolve(std::string_view name) const;

  /// `path` relative to the root, with forward slashes. REQUIRES: `path` is below the root.
  [[nodiscard]] std::string name_of(const std::filesystem::path& path) const;

  /// The names of all regular files, sorted, without those below folders that hold no sources
  /// (`.git`, `node_modules`, caches, virtual environments). At most `limit` of them.
  [[nodiscard]] std::vector<std::string> files(std::size_t limit = 20000) const;

 private:
  explicit Folder(std::filesystem::path root) : root_(std::move(root)) {}
  std::filesystem::path root_;
};

/// Whether `path` is `folder` or below it, by their parts. REQUIRES: both are absolute and real.
bool is_below(const std::filesystem::path& path, const std::filesystem::path& folder);

/// Folders that hold history, dependencies or caches: never searched, never shown to a model.
bool is_hidden_folder(std::string_view name);

/// The content of a regular text file of at most `max_bytes`. Errors: not_found; invalid_request
/// for folders, FIFOs, devices and binary files; too_large. Each says what to do instead.
Result<std::string> read_text_file(const std::filesystem::path& path, std::string_view name,
                                   std::size_t max_bytes);

}  // namespace hearth::agent
