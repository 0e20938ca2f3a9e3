#include "hearth/kv/disk_scan.h"

#include <fmt/format.h>
#include <system_error>

#include <algorithm>
#include <tuple>

#include "hearth/kv/disk_damaged.h"
#include "hearth/kv/disk_read.h"

namespace hearth::kv {
namespace {

namespace fs = std::filesystem;

struct Names {
  std::vector<std::string> entries;
  std::vector<std::string> unfinished;
};

/// All before any is touched: a folder that changes while it is listed may show a file twice.
Result<Names> list(const fs::path& folder) {
  Names names;
  std::error_code ec;
  for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec)) {
    std::error_code unknown;
    if (it->symlink_status(unknown).type() != fs::file_type::regular) continue;
    std::string name = it->path().filename().string();
    if (is_unfinished_name(name)) {
      names.unfinished.push_back(std::move(name));
    } else if (is_disk_file_name(name)) {
      names.entries.push_back(std::move(name));
    }
  }
  if (ec) {
    return fail(ErrorKind::io,
                fmt::format("The KV cache in {} cannot be listed: {}. The server runs without the "
                            "disk tier.",
                            folder.string(), ec.message()));
  }
  return names;
}

/// The warning about a file that cannot be used.
std::string deal_with(const fs::path& folder, const std::string& name, const Error& error) {
  const std::string path = (folder / name).string();
  if (error.kind != ErrorKind::invalid_request) {
    return fmt::format("{} is left alone: it {}", path, error.message);
  }
  const auto moved = set_aside(folder, name);
  if (!moved)
    return fmt::format("{} is not used, since it {}; {}", path, error.message,
                       moved.error().message);
  return fmt::format("{} was set aside: it {}", path, error.message);
}

}  // namespace

Result<DiskScan> scan_disk_folder(const fs::path& folder, const Key& fingerprint,
                                  std::size_t max_warnings) {
  auto names = list(folder);
  if (!names) return pass_on(names);
  std::error_code unknown;
  for (const std::string& name : names->unfinished) fs::remove(folder / name, unknown);

  DiskScan scan;
  std::size_t n_warnings = 0;
  for (const std::string& name : names->entries) {
    auto header = read_disk_header(folder / name, fingerprint);
    if (header) {
      scan.entries.push_back(std::move(*header));
      continue;
    }
    std::string warning = deal_with(folder, name, header.error());
    if (++n_warnings <= max_warnings) scan.warnings.push_back(std::move(warning));
  }
  if (n_warnings > max_warnings) {
    scan.warnings.push_back(fmt::format("and {} more", n_warnings - max_warnings));
  }
  std::ranges::sort(scan.entries, {}, [](const DiskHeader& header) {
    return std::tuple(header.entry.begin, header.entry.kind, header.key);
  });
  return scan;
}

}  // namespace hearth::kv
