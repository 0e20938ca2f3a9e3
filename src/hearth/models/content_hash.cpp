#include "hearth/models/content_hash.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <mutex>

#include <xxhash.h>

#include "hearth/base/file.h"
#include "hearth/base/json.h"
#include "hearth/base/log.h"

namespace hearth::models {
namespace {

constexpr std::size_t step_bytes = std::size_t{4} << 20;

struct CloseFile {
  int fd;
  ~CloseFile() { ::close(fd); }
};

Error cannot_read(const std::filesystem::path& file) {
  return {ErrorKind::io, fmt::format("{} cannot be read: {}", file.string(), system_reason(errno))};
}

Result<std::string> hash_of(int fd, const std::filesystem::path& file) {
  struct FreeState {
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };
  const std::unique_ptr<XXH3_state_t, FreeState> state(XXH3_createState());
  XXH3_128bits_reset(state.get());
  const auto buffer = std::make_unique_for_overwrite<std::byte[]>(step_bytes);
  ::posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  for (;;) {
    const ssize_t n = ::read(fd, buffer.get(), step_bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::unexpected(cannot_read(file));
    if (n == 0) break;
    XXH3_128bits_update(state.get(), buffer.get(), static_cast<std::size_t>(n));
  }
  const XXH128_hash_t hash = XXH3_128bits_digest(state.get());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

json::object remembered(const std::filesystem::path& memory) {
  const auto text = read_file(memory);
  if (!text) return {};
  auto parsed = parse_json(*text);
  return parsed && parsed->is_object() ? parsed->get_object() : json::object();
}

}  // namespace

Result<std::string> content_hash(const std::filesystem::path& file,
                                 const std::filesystem::path& memory) {
  // Two models that are loaded at once would lose each other's line.
  static std::mutex mutex;
  const std::lock_guard lock(mutex);

  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::unexpected(cannot_read(file));
  const CloseFile closes{fd};
  struct stat status{};
  if (::fstat(fd, &status) != 0) return std::unexpected(cannot_read(file));
  std::error_code ec;
  const std::string key =
      fmt::format("{} {} {}.{:09}", std::filesystem::canonical(file, ec).string(), status.st_size,
                  status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
  json::object known = remembered(memory);
  if (const auto* found = known.if_contains(key); found != nullptr && found->is_string()) {
    return std::string(found->get_string());
  }
  auto hash = hash_of(fd, file);
  if (!hash) return hash;
  known[key] = *hash;
  // Without it the file is only read once more.
  if (auto written = write_file_atomically(memory, to_json(known) + "\n"); !written) {
    spdlog::debug("{}", written.error().message);
  }
  return hash;
}

}  // namespace hearth::models
