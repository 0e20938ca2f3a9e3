#include "hearth/agent/session/session_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "hearth/base/clock.h"
#include "hearth/base/file.h"
#include "hearth/base/id.h"
#include "hearth/base/log.h"
#include "hearth/base/utf8.h"

namespace hearth::agent {

Result<SessionLog> SessionLog::create(const std::filesystem::path& folder) {
  std::error_code ec;
  std::filesystem::create_directories(folder, ec);
  std::string id = new_id("s_");
  std::filesystem::path path = folder / (id + ".jsonl");
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) {
    return fail(ErrorKind::io, fmt::format("cannot keep the session in {}: {}. Set XDG_STATE_HOME "
                                           "to a folder that can be written.",
                                           path.string(), system_reason(errno)));
  }
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
