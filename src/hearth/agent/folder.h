#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hearth/base/error.h"

namespace hearth::agent {

/// The folder a session works in. Every path a model names goes through it; nothing outside it, and
/// outside of the further folders that the user named, is reached by a file tool, whatever `..` or
/// symbolic links say.
class Folder {
 public:
  /// REQUIRES: `root` exists. Errors: not_found.
  static Result<Folder> open(const std::filesystem::path& root);

  [[nodiscard]] const std::filesystem::path& root() const { return root_; }

  /// Files below `path` can be named, too, by absolute paths; `files` does not list them. Relative
  /// paths are the root's. Errors: not_found.
  Result<void> add(const std::filesystem::path& path);
  [[nodiscard]] const std::vector<std::filesystem::path>& further() const { return further_; }

  /// The absolute path of `name` (relative to the root, or absolute inside it). The file itself
  /// need not exist. Errors: forbidden outside the folder, also by way of a symbolic link.
  [[nodiscard]] Result<std::filesystem::path> resolve(std::string_view name) const;

  /// `path` relative to the root, with forward slashes. REQUIRES: `path` is below the root.
  [[nodiscard]] std::string name_of(const std::filesystem::path& path) const;

  /// The names of all regular files, sorted, without those below folders that hold no sources
  /// (`.git`, `node_modules`, caches, virtual environments) and without what is left out. At most
  /// `limit` of them.
  [[nodiscard]] std::vector<std::string> files(std::size_t limit = most_files) const;
  static constexpr std::size_t most_files = 20'000;

  /// `files` leaves out those for which `which` holds. It gets absolute paths.
  void leave_out(std::function<bool(const std::filesystem::path&)> which) {
    left_out_ = std::move(which);
  }
  [[nodiscard]] bool leaves_out(const std::filesystem::path& path) const {
    return left_out_ && left_out_(path);
  }

 private:
  explicit Folder(std::filesystem::path root) : root_(std::move(root)) {}
  std::filesystem::path root_;
  std::vector<std::filesystem::path> further_;
  std::function<bool(const std::filesystem::path&)> left_out_;
};

/// Whether `path` is `folder` or below it, by their parts. REQUIRES: both are absolute and real.
bool is_below(const std::filesystem::path& path, const std::filesystem::path& folder);

/// An absolute path below `root` as one relative to it, by their parts; any other as it is.
std::string name_below(const std::filesystem::path& root, std::string_view path);

/// Folders that hold history, dependencies or caches: never searched, never shown to a model.
bool is_hidden_folder(std::string_view name);

/// The size in bytes of a regular file, before it is read. Errors: not_found; invalid_request for
/// folders, FIFOs and devices. Each says what to do instead.
Result<std::size_t> regular_file_size(const std::filesystem::path& path, std::string_view name);

/// The content of a regular text file of at most `max_bytes`. Errors: as above; invalid_request
/// for binary files and UTF-16; too_large. Each says what to do instead.
Result<std::string> read_text_file(const std::filesystem::path& path, std::string_view name,
                                   std::size_t max_bytes);

}  // namespace hearth::agent
