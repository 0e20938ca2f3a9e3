#include "hearth/cli/server_state.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "hearth/base/file.h"
#include "hearth/base/json.h"
#include "hearth/base/xdg.h"

namespace hearth::cli {
namespace {

std::filesystem::path state_file() {
  return state_dir() / "server.json";
}

std::filesystem::path lock_file() {
  return state_dir() / "server.lock";
}

/// A lock of an open file, which can be asked about without being taken (fcntl(2), F_OFD_GETLK).
struct flock whole_file() {
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

std::optional<ServerState> read_state() {
  const auto text = read_file(state_file());
  if (!text) return std::nullopt;
  const auto value = parse_json(*text);
  if (!value || !value->is_object()) return std::nullopt;
  const auto pid = find_int(value->get_object(), "pid");
  const auto url = find_string(value->get_object(), "url");
  if (!pid || !url) return std::nullopt;
  return ServerState{static_cast<pid_t>(*pid), std::string(*url)};
}

}  // namespace

Result<ServerEntry> ServerEntry::make(const ServerState& state) {
  std::error_code ec;
  std::filesystem::create_directories(state_dir(), ec);
  Descriptor lock(::open(lock_file().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock.is_open()) {
    return fail(ErrorKind::io, fmt::format("`hearth stop` will not find this server: {}: {}",
                                           lock_file().string(), system_reason(errno)));
  }
  struct flock whole = whole_file();
  if (::fcntl(lock.fd(), F_OFD_SETLK, &whole) != 0) {
    const auto other = read_state();
    return fail(ErrorKind::overloaded,
                fmt::format("a server runs on this account already{}; `hearth stop` and `hearth "
                            "cache` mean that one, set HEARTH_URL to mean this one",
                            other ? " at " + other->url : ""));
  }
  json::object body;
  body["pid"] = state.pid;
  body["url"] = state.url;
  if (auto written = write_file_atomically(state_file(), to_json(body) + "\n"); !written) {
    return pass_on(written);
  }
  return ServerEntry(std::move(lock));
}

ServerEntry::~ServerEntry() {
  std::error_code ec;
  if (lock_.is_open()) std::filesystem::remove(state_file(), ec);
}

std::optional<ServerState> running_server() {
  const Descriptor lock(::open(lock_file().c_str(), O_RDWR | O_CLOEXEC));
  struct flock whole = whole_file();
  const bool held =
      lock.is_open() && ::fcntl(lock.fd(), F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
  return held ? read_state() : std::nullopt;
}

}  // namespace hearth::cli
