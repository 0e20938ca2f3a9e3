#include "hearth/agent/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "hearth/agent/plain_text.h"
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

std::vector<std::string> child_environment(const Command& command) {
  std::vector<std::string> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (text.starts_with("TERM=") || text.starts_with("CLICOLOR_FORCE=") ||
        text.starts_with("FORCE_COLOR=") || text.starts_with("NODE_TEST_CONTEXT=")) {
      continue;
    }
    entries.emplace_back(text);
  }
  entries.insert(entries.end(), {"TERM=dumb", "NO_COLOR=1", "PAGER=cat", "GIT_PAGER=cat"});
  entries.insert(entries.end(), command.environment.begin(), command.environment.end());
  return entries;
}

/// Runs in the child between fork and exec: async-signal-safe calls only.
[[noreturn]] void become(const Command& command, int out_fd, char* const* environment) {
  ::setpgid(0, 0);
  const int null_fd = ::open("/dev/null", O_RDONLY);
  if (null_fd < 0) ::_exit(126);
  ::dup2(null_fd, STDIN_FILENO);
  ::dup2(out_fd, STDOUT_FILENO);
  ::dup2(out_fd, STDERR_FILENO);
  ::signal(SIGINT, SIG_DFL);
  ::signal(SIGPIPE, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (::chdir(command.folder.c_str()) != 0) ::_exit(126);
  const char* arguments[] = {"/bin/sh", "-c", command.line.c_str(), nullptr};
  ::execve("/bin/sh", const_cast<char* const*>(arguments), environment);
  ::_exit(127);
}

}  // namespace

Result<CommandResult> run_command(const Command& command, const std::stop_token& stop) {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) {
    return fail(ErrorKind::io, fmt::format("cannot start a command: {}", system_reason(errno)));
  }
  const std::vector<std::string> entries = child_environment(command);
  std::vector<char*> environment;
  environment.reserve(entries.size() + 1);
  for (const std::string& entry : entries) environment.push_back(const_cast<char*>(entry.c_str()));
  environment.push_back(nullptr);

  const auto started = Clock::now();
  const pid_t child = ::fork();
  if (child < 0) {
    const int reason = errno;
    ::close(fds[0]);
    ::close(fds[1]);
    return fail(ErrorKind::io, fmt::format("cannot start a command: {}", system_reason(reason)));
  }
  if (child == 0) become(command, fds[1], environment.data());
  ::setpgid(child, child);
  ::close(fds[1]);
  ::fcntl(fds[0], F_SETFL, O_NONBLOCK);

  CommandResult result;
  BoundedOutput output(command.max_output);
  int status = 0;
  bool reaped = false;
  bool open = true;
  const auto drain = [&] {
    char buffer[65536];
    while (open) {
      const ssize_t got = ::read(fds[0], buffer, sizeof buffer);
      if (got > 0) {
        output.append({buffer, static_cast<std::size_t>(got)});
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
  result.output = without_escapes(to_valid_utf8(output.text()));
  result.seconds = ms_since(started) / 1000;
  return result;
}

}  // namespace hearth::agent
