#include "hearth/agent/session/session_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <string_view>
#include <utility>

#include "hearth/base/clock.h"
#include "hearth/base/file.h"
#include "hearth/base/id.h"
#include "hearth/base/log.h"
#include "hearth/base/utf8.h"

namespace hearth::agent {

namespace {

/// Whether a file may be called so.
bool is_session_id(std::string_view id) {
  constexpr std::size_t longest = 64;
  return id.size() <= longest && std::ranges::all_of(id, [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '-' || c == '_';
         });
}

/// Whether it is ours as long as `fd` is open; also where files cannot be locked.
bool lock_for_writing(int fd) {
  return ::flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

}  // namespace

Result<SessionLog> SessionLog::create(const std::filesystem::path& folder, std::string id) {
  if (!is_session_id(id)) {
    return fail(ErrorKind::config,
                fmt::format("--session-id: \"{}\" is none; a UUID is expected", id));
  }
  std::error_code ec;
  std::filesystem::create_directories(folder, ec);
  if (id.empty()) id = new_id("s_");
  std::filesystem::path path = folder / (id + ".jsonl");
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0 && errno == EEXIST) {
    return fail(ErrorKind::config,
                fmt::format("--session-id: there is a session {0} already; --resume {0} goes on "
                            "with it",
                            id));
  }
  if (fd < 0) {
    return fail(ErrorKind::io, fmt::format("cannot keep the session in {}: {}. Set XDG_STATE_HOME "
                                           "to a folder that can be written.",
                                           path.string(), system_reason(errno)));
  }
  // It is new: nobody else has it open.
  lock_for_writing(fd);
  return SessionLog(std::move(id), std::move(path), fd);
}

Result<SessionLog> SessionLog::reopen(const std::filesystem::path& folder, const std::string& id) {
  std::filesystem::path path = folder / (id + ".jsonl");
  const int fd = ::open(path.c_str(), O_RDWR | O_APPEND | O_CLOEXEC);
  if (fd < 0) {
    return fail(errno == ENOENT ? ErrorKind::not_found : ErrorKind::io,
                fmt::format("cannot go on with the session in {}: {}", path.string(),
                            system_reason(errno)));
  }
  if (!lock_for_writing(fd)) {
    ::close(fd);
    return fail(ErrorKind::unavailable,
                fmt::format("session {} is in use by another hearth; end that one, or go on with a "
                            "copy: --fork-session",
                            id));
  }
  const off_t size = ::lseek(fd, 0, SEEK_END);
  char last = '\n';
  if (size > 0 && ::pread(fd, &last, 1, size - 1) == 1 && last != '\n') (void)!::write(fd, "\n", 1);
  return SessionLog(id, std::move(path), fd);
}

SessionLog::SessionLog(std::string id, std::filesystem::path path, int fd)
    : id_(std::move(id)), path_(std::move(path)), fd_(fd) {}

SessionLog::SessionLog(SessionLog&& other) noexcept
    : id_(std::move(other.id_)),
      path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      writing_(std::move(other.writing_)),
      unwritten_(std::move(other.unwritten_)),
      failed_(other.failed_) {}

SessionLog::~SessionLog() {
  if (fd_ >= 0) ::close(fd_);
}

void SessionLog::append(std::string_view type, json::object fields) {
  json::object line{{"time", unix_ms()}, {"type", type}};
  for (auto& [key, value] : fields) line[key] = std::move(value);
  const std::lock_guard lock(*writing_);
  // One write for all: O_APPEND then keeps lines whole.
  unwritten_ += to_valid_utf8(to_json(json::value(std::move(line)))) + "\n";
  const ssize_t written = ::write(fd_, unwritten_.data(), unwritten_.size());
  if (written == static_cast<ssize_t>(unwritten_.size())) {
    unwritten_.clear();
    failed_ = false;
    return;
  }
  const int reason = written < 0 ? errno : ENOSPC;
  // A part of it is none: it is written again, with what follows, once there is room.
  const off_t end = ::lseek(fd_, 0, SEEK_END);
  if (written > 0) (void)!::ftruncate(fd_, end - written);
  if (std::exchange(failed_, true)) return;
  spdlog::warn("the session cannot be recorded in {} at present: {}", path_.string(),
               system_reason(reason));
}

void SessionLog::sync() {
  ::fdatasync(fd_);
}

}  // namespace hearth::agent
