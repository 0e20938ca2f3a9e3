#include "hearth/agent/eval/results_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "hearth/agent/plain_text.h"
#include "hearth/base/file.h"
#include "hearth/base/utf8.h"

namespace hearth::agent {

Result<ResultsFile> ResultsFile::open(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0) {
    return fail(ErrorKind::io, fmt::format("cannot keep the results in {}: {}. Name another file "
                                           "with --out.",
                                           path.string(), system_reason(errno)));
  }
  ResultsFile file(path, fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorKind::overloaded,
                fmt::format("another `hearth eval` is writing to {}; wait for it, or name another "
                            "file with --out",
                            path.string()));
  }
  if (auto read = file.read(); !read) return pass_on(read);
  return file;
}

ResultsFile::ResultsFile(std::filesystem::path path, int fd) : path_(std::move(path)), fd_(fd) {}

ResultsFile::ResultsFile(ResultsFile&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      records_(std::move(other.records_)) {}

ResultsFile::~ResultsFile() {
  if (fd_ >= 0) ::close(fd_);
}

Result<void> ResultsFile::read() {
  const auto text = read_file(path_);
  if (!text) return std::unexpected(text.error());
  const std::size_t whole = text->rfind('\n') + 1;  // 0 where there is none
  std::size_t number = 0;
  for (const std::string_view line : lines_of(std::string_view(*text).substr(0, whole))) {
    ++number;
    if (line.empty()) continue;
    const auto value = parse_json(line);
    auto record = value ? trial_record_from(*value) : std::unexpected(value.error());
    if (!record) {
      return fail(ErrorKind::invalid_request,
                  fmt::format("{}, line {}: this is no result of `hearth eval`: {}. Take the line "
                              "out, or name another file with --out.",
                              path_.string(), number, record.error().message));
    }
    records_.push_back(std::move(*record));
  }
  if (whole < text->size() && ::ftruncate(fd_, static_cast<off_t>(whole)) != 0) {
    return fail(ErrorKind::io,
                fmt::format("cannot mend the end of {}: {}", path_.string(), system_reason(errno)));
  }
  return {};
}

Result<void> ResultsFile::append(TrialRecord record) {
  const std::string line = to_valid_utf8(to_json(json::value(as_json(record)))) + "\n";
  const ssize_t written = ::write(fd_, line.data(), line.size());
  if (written != static_cast<ssize_t>(line.size()) || ::fdatasync(fd_) != 0) {
    return fail(ErrorKind::io,
                fmt::format("cannot append to {}: {}", path_.string(), system_reason(errno)));
  }
  records_.push_back(std::move(record));
  return {};
}

}  // namespace hearth::agent
