#include "hearth/agent/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "hearth/agent/plain_text.h"
#include "hearth/agent/spawn.h"
#include "hearth/base/clock.h"
#include "hearth/base/file.h"
#include "hearth/base/utf8.h"

namespace hearth::agent {
namespace {

/// Keeps the beginning and the end of what is written to it.
class BoundedOutput {
 public:
  explicit BoundedOutput(std::size_t max) : half_(max / 2) {}

  void append(std::string_view bytes) {
    const std::size_t room = half_ - std::min(half_, head_.size());
    head_ += bytes.substr(0, room);
    if (bytes.size() <= room) return;
    tail_ += bytes.substr(room);
    if (tail_.size() > 2 * half_) {
      dropped_ += tail_.size() - half_;
      tail_.erase(0, tail_.size() - half_);
    }
  }

  [[nodiscard]] bool cut() const { return dropped_ > 0; }

  [[nodiscard]] std::string text() const {
    if (dropped_ == 0) return head_ + tail_;
    return fmt::format("{}\n… {} bytes left out …\n{}", head_, dropped_, tail_);
  }

 private:
  std::size_t half_;
  std::string head_;
  std::string tail_;
  std::size_t dropped_ = 0;
};

/// A file in memory that holds `text`, to be read from its beginning; -1 if there is no room.
int memory_file(std::string_view text) {
  const int fd = ::memfd_create("input", MFD_CLOEXEC);
  if (fd < 0) return -1;
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written <= 0) break;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  ::lseek(fd, 0, SEEK_SET);
  return fd;
}

/// Takes all of a command's output, up to a limit. A disk that is full ends it silently: what the
/// model is shown does not come from here.
class OutputFile {
 public:
  explicit OutputFile(const std::filesystem::path& path) {
    if (path.empty()) return;
    fd_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  }
  ~OutputFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void append(std::string_view bytes) {
    constexpr std::size_t most = std::size_t{64} << 20;
    bytes = bytes.substr(0, most - std::min(most, size_));
    size_ += bytes.size();
    if (fd_ >= 0 && !bytes.empty()) (void)!::write(fd_, bytes.data(), bytes.size());
  }

 private:
  int fd_ = -1;
  std::size_t size_ = 0;
};

}  // namespace

Result<CommandResult> run_command(const Command& command, const std::stop_token& stop) {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) {
    return fail(ErrorKind::io, fmt::format("cannot start a command: {}", system_reason(errno)));
  }
  const int input = command.input.empty() ? -1 : memory_file(command.input);
  Program program{.words = command.words,
                  .folder = command.folder,
                  .environment = command.environment,
                  .unset = command.unset};
  if (program.words.empty()) program.words = {"/bin/sh", "-c", command.line};
  const auto started = Clock::now();
  const auto spawned = spawn(program, {.in = input, .out = fds[1], .err = fds[1]});
  if (input >= 0) ::close(input);
  if (!spawned) {
    ::close(fds[0]);
    ::close(fds[1]);
    return std::unexpected(spawned.error());
  }
  const pid_t child = *spawned;
  ::close(fds[1]);
  ::fcntl(fds[0], F_SETFL, O_NONBLOCK);

  CommandResult result;
  BoundedOutput output(command.max_output);
  OutputFile all_output(command.full_output);
  int status = 0;
  bool reaped = false;
  bool open = true;
  const auto drain = [&] {
    char buffer[65536];
    while (open) {
      const ssize_t got = ::read(fds[0], buffer, sizeof buffer);
      if (got > 0) {
        output.append({buffer, static_cast<std::size_t>(got)});
        all_output.append({buffer, static_cast<std::size_t>(got)});
        // A command that prints without pause must not keep us from looking at the clock.
        if (Clock::now() - started > command.timeout || stop.stop_requested()) return;
      } else if (got == 0) {
        open = false;
      } else if (errno != EINTR) {
        return;
      }
    }
  };
  while (!reaped) {
    pollfd waiting{fds[0], POLLIN, 0};
    ::poll(&waiting, open ? 1 : 0, 20);
    drain();
    reaped = ::waitpid(child, &status, WNOHANG) == child;
    if (reaped) break;
    if (stop.stop_requested()) {
      result.end = CommandResult::End::cancelled;
    } else if (Clock::now() - started > command.timeout) {
      result.end = CommandResult::End::timed_out;
    } else {
      continue;
    }
    ::kill(-child, SIGKILL);
    ::waitpid(child, &status, 0);
    reaped = true;
  }
  ::kill(-child, SIGKILL);
  drain();
  ::close(fds[0]);

  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.cut = output.cut();
  result.output = without_escapes(to_valid_utf8(output.text()));
  result.seconds = ms_since(started) / 1000;
  return result;
}

}  // namespace hearth::agent
