#include "hearth/kv/disk_damaged.h"

#include <fmt/format.h>
#include <system_error>

#include <algorithm>
#include <charconv>
#include <vector>

namespace hearth::kv {
namespace {

namespace fs = std::filesystem;

struct Damaged {
  std::uint64_t number = 0;
  fs::path path;
  std::uint64_t bytes = 0;
};

/// Oldest first. The age is a number in front of the name, since clocks go backwards.
std::vector<Damaged> list(const fs::path& folder) {
  std::vector<Damaged> files;
  std::error_code ec;
  for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec)) {
    const std::string name = it->path().filename().string();
    Damaged file{.path = it->path()};
    const auto [rest, bad] = std::from_chars(name.data(), name.data() + name.size(), file.number);
    if (bad != std::errc() || *rest != '-') continue;
    std::error_code unknown;
    file.bytes = it->file_size(unknown);
    if (!unknown) files.push_back(std::move(file));
  }
  std::ranges::sort(files, {}, &Damaged::number);
  return files;
}

}  // namespace

Result<void> set_aside(const fs::path& folder, const std::string& name) {
  const fs::path aside = folder / "damaged";
  std::error_code ec;
  fs::create_directory(aside, ec);
  std::vector<Damaged> files = list(aside);
  const std::uint64_t number = files.empty() ? 1 : files.back().number + 1;
  const fs::path target = aside / fmt::format("{}-{}", number, name);
  fs::rename(folder / name, target, ec);
  if (ec) {
    return fail(ErrorKind::io, fmt::format("{} cannot be moved to {}: {}", (folder / name).string(),
                                           aside.string(), ec.message()));
  }

  std::error_code unknown;
  files.push_back({.number = number, .path = target, .bytes = fs::file_size(target, unknown)});
  std::size_t count = 0;
  std::uint64_t bytes = 0;
  for (auto file = files.rbegin(); file != files.rend(); ++file) {
    ++count;
    bytes += file->bytes;
    if (count > damaged_files_max || bytes > damaged_bytes_max) fs::remove(file->path, unknown);
  }
  return {};
}

}  // namespace hearth::kv
