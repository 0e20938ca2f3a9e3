#include "hearth/agent/folder_listing.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "hearth/base/utf8.h"

namespace hearth::agent {
namespace {

namespace fs = std::filesystem;

std::string size_in_words(std::uintmax_t bytes) {
  constexpr std::uintmax_t kilobyte = 1024;
  if (bytes < kilobyte) return fmt::format("{} bytes", bytes);
  if (bytes < kilobyte * kilobyte) return fmt::format("{} KB", bytes / kilobyte);
  return fmt::format("{} MB", bytes / kilobyte / kilobyte);
}

std::string line_of(const fs::directory_entry& entry) {
  const std::string name = to_valid_utf8(entry.path().filename().string());
  std::error_code ec;
  if (entry.is_symlink(ec)) {
    return fmt::format("{} -> {}", name,
                       to_valid_utf8(fs::read_symlink(entry.path(), ec).string()));
  }
  if (entry.is_directory(ec)) return name + "/";
  if (!entry.is_regular_file(ec)) return name + " (a pipe, socket or device)";
  return fmt::format("{} ({})", name, size_in_words(entry.file_size(ec)));
}

}  // namespace

Result<std::string> folder_listing(const Folder& folder, const fs::path& path,
                                   const std::string& name) {
  constexpr std::size_t most = 500;
  std::error_code ec;
  std::vector<std::string> lines;
  for (fs::directory_iterator it(path, ec), end; !ec && it != end; it.increment(ec)) {
    if (!folder.leaves_out(it->path())) lines.push_back(line_of(*it));
  }
  if (ec) return fail(ErrorKind::io, fmt::format("{} cannot be listed: {}", name, ec.message()));
  if (lines.empty()) return name + " is an empty folder.";
  std::ranges::sort(lines);
  std::string text = name + " is a folder:\n";
  for (std::size_t i = 0; i < std::min(lines.size(), most); ++i) text += lines[i] + "\n";
  if (lines.size() > most) {
    text += fmt::format("({} more; use glob with a narrower pattern)\n", lines.size() - most);
  }
  return text;
}

}  // namespace hearth::agent
