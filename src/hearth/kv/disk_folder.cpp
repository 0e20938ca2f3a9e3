#include "hearth/kv/disk_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <string>
#include <tuple>

#include "hearth/base/file.h"

namespace hearth::kv {
namespace {

namespace fs = std::filesystem;

std::string holder(int fd) {
  char text[32] = {};
  const ssize_t got = ::pread(fd, text, sizeof text - 1, 0);
  return got > 0 ? fmt::format(" (process {})", text) : "";
}

/// Only for people: nothing depends on it, so that it may fail.
void write_about(const fs::path& folder, std::string_view about) {
  const fs::path path = folder / "about.txt";
  const std::string text = fmt::format(
      "{}\n\nHearth keeps what this model has read here, so that it need not read it again.\n"
      "It may be deleted while no hearth runs.\n",
      about);
  std::ifstream before(path, std::ios::binary);
  if (std::string(std::istreambuf_iterator<char>(before), {}) == text) return;
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace

Result<Descriptor> claim_folder(const fs::path& folder, std::string_view about) {
  const auto refuse = [&](int reason) {
    return fail(ErrorKind::io,
                fmt::format("The KV cache cannot be kept in {}: {}. Make the folder writable, or "
                            "name another one. The server runs without the disk tier.",
                            folder.string(), system_reason(reason)));
  };
  std::error_code ec;
  fs::create_directories(folder.parent_path(), ec);
  if (ec) return refuse(ec.value());
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return refuse(errno);

  Descriptor lock(::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock.is_open()) return refuse(errno);
  if (::flock(lock.fd(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return refuse(errno);
    return fail(ErrorKind::overloaded,
                fmt::format("Another hearth{} keeps its KV cache in {}. This server runs without "
                            "the disk tier; stop the other one and start this one again to use it.",
                            holder(lock.fd()), folder.string()));
  }
  const std::string pid = std::to_string(::getpid());
  // The number is only for the other's message.
  if (::ftruncate(lock.fd(), 0) == 0) {
    std::ignore = ::pwrite(lock.fd(), pid.data(), pid.size(), 0);
  }
  write_about(folder, about);
  return lock;
}

}  // namespace hearth::kv
