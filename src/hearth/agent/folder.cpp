#include "hearth/agent/folder.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <utility>

#include "hearth/base/file.h"

namespace hearth::agent {
namespace fs = std::filesystem;

Result<Folder> Folder::open(const fs::path& root) {
  std::error_code ec;
  fs::path real = fs::canonical(root, ec);
  if (ec || !fs::is_directory(real, ec)) {
    return fail(
        ErrorKind::not_found,
        fmt::format("there is no folder {}; name an existing one with --cwd", root.string()));
  }
  return Folder(std::move(real));
}

Result<void> Folder::add(const fs::path& path) {
  std::error_code ec;
  fs::path real = fs::canonical(root_ / path, ec);
  if (ec || !fs::is_directory(real, ec)) {
    return fail(ErrorKind::not_found, fmt::format("there is no folder {}", path.string()));
  }
  further_.push_back(std::move(real));
  return {};
}

Result<fs::path> Folder::resolve(std::string_view name) const {
  if (name.empty() || name.find('\0') != std::string_view::npos) {
    return fail(ErrorKind::invalid_request, "the path is empty; name a file inside the folder");
  }
  const fs::path given(name);
  const fs::path joined = given.is_absolute() ? given : root_ / given;
  std::error_code ec;
  // Symbolic links are followed as far as the path exists, so that what is compared with the root
  // is where a write would really land.
  fs::path real = fs::weakly_canonical(joined, ec);
  if (ec) {
    return fail(ErrorKind::invalid_request,
                fmt::format("{} is not a usable path: {}", name, ec.message()));
  }
  const bool dangling = fs::is_symlink(fs::symlink_status(real, ec));
  const bool inside = is_below(real, root_) || std::ranges::any_of(further_, [&](const auto& one) {
                        return is_below(real, one);
                      });
  if (!inside || dangling) {
    return fail(ErrorKind::forbidden,
                fmt::format("{} is outside the folder {}; use a path inside it, such as a relative "
                            "one",
                            name, root_.string()));
  }
  return real;
}

std::string Folder::name_of(const fs::path& path) const {
  return path.lexically_relative(root_).generic_string();
}

bool is_below(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first ==
         folder.end();
}

std::string name_below(const fs::path& root, std::string_view path) {
  const fs::path given(path);
  if (!given.is_absolute()) return std::string(path);
  const fs::path named = given.lexically_normal().lexically_relative(root);
  const bool outside = named.empty() || *named.begin() == "..";
  return outside ? std::string(path) : named.generic_string();
}

bool is_hidden_folder(std::string_view name) {
  static constexpr std::array hidden{".git",  ".hg",         ".svn",        "node_modules",
                                     ".venv", "venv",        "__pycache__", ".pytest_cache",
                                     ".tox",  ".mypy_cache", ".ruff_cache", ".cache",
                                     ".idea", "target",      ".gradle",     "zig-cache"};
  return std::ranges::find(hidden, name) != hidden.end();
}

std::vector<std::string> Folder::files(std::size_t limit) const {
  std::vector<std::string> names;
  std::error_code ec;
  fs::recursive_directory_iterator it(root_, fs::directory_options::skip_permission_denied, ec);
  for (; !ec && it != fs::recursive_directory_iterator(); it.increment(ec)) {
    std::error_code entry_error;
    const bool link = it->is_symlink(entry_error);
    if (it->is_directory(entry_error)) {
      if (link || is_hidden_folder(it->path().filename().string())) it.disable_recursion_pending();
      continue;
    }
    if (link || !it->is_regular_file(entry_error)) continue;
    if (leaves_out(it->path())) continue;
    names.push_back(name_of(it->path()));
    if (names.size() >= limit) break;
  }
  std::ranges::sort(names);
  return names;
}

Result<std::size_t> regular_file_size(const fs::path& path, std::string_view name) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) {
    return fail(ErrorKind::not_found,
                fmt::format("{} does not exist; use glob to see which files there are", name));
  }
  if (S_ISDIR(info.st_mode)) {
    return fail(ErrorKind::invalid_request,
                fmt::format("{} is a folder; use glob with the pattern {}/*", name, name));
  }
  if (!S_ISREG(info.st_mode)) {
    return fail(
        ErrorKind::invalid_request,
        fmt::format("{} is not a regular file (a pipe, socket or device); choose another", name));
  }
  return static_cast<std::size_t>(info.st_size);
}

Result<std::string> read_text_file(const fs::path& path, std::string_view name,
                                   std::size_t max_bytes) {
  const auto size = regular_file_size(path, name);
  if (!size) return std::unexpected(size.error());
  if (*size > max_bytes) {
    return fail(ErrorKind::too_large,
                fmt::format("{} has {} bytes, more than the {} that are read; look at a part of it "
                            "with a command such as head or sed",
                            name, *size, max_bytes));
  }
  auto content = read_file(path);
  if (!content) return content;
  for (const auto& [mark, encoding] :
       {std::pair("\xFF\xFE", "UTF-16LE"), std::pair("\xFE\xFF", "UTF-16BE")}) {
    if (!content->starts_with(mark)) continue;
    return fail(ErrorKind::invalid_request,
                fmt::format("{} is text in {}, and only UTF-8 is read and edited here; iconv -f "
                            "UTF-16 -t UTF-8 makes a copy that is",
                            name, encoding));
  }
  if (std::string_view(*content).substr(0, 8192).find('\0') != std::string_view::npos) {
    return fail(ErrorKind::invalid_request,
                fmt::format("{} is a binary file; it cannot be read as text", name));
  }
  return content;
}

}  // namespace hearth::agent
