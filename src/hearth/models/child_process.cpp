#include "hearth/models/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <thread>

#include <spawn.h>

#include "hearth/base/clock.h"
#include "hearth/base/file.h"

namespace hearth::models {
namespace {

constexpr int tick_ms = 200;
constexpr std::size_t output_kept = 8192;
constexpr std::chrono::seconds time_to_end{2};

class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) ends_ = {-1, -1};
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  [[nodiscard]] int reader() const { return ends_[0]; }
  [[nodiscard]] int writer() const { return ends_[1]; }
  void close_writer() { close_end(1); }

 private:
  void close_end(std::size_t end) {
    if (ends_[end] >= 0) ::close(ends_[end]);
    ends_[end] = -1;
  }
  std::array<int, 2> ends_{-1, -1};
};

std::vector<std::string> merged_environment(
    const std::vector<std::pair<std::string, std::string>>& ours) {
  std::vector<std::string> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const bool replaced = std::ranges::any_of(
        ours, [&](const auto& pair) { return text.starts_with(pair.first + "="); });
    if (!replaced) merged.emplace_back(text);
  }
  for (const auto& [name, value] : ours) merged.push_back(fmt::format("{}={}", name, value));
  return merged;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (auto& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

/// Returns 0 or the reason.
int spawn(const ChildProcess& child, int output, pid_t& pid) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, output, STDERR_FILENO);

  // Our caller may have blocked signals to wait for them; the child starts with none blocked.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);

  auto arguments = child.command;
  auto environment = merged_environment(child.environment);
  const int reason = ::posix_spawnp(&pid, arguments.front().c_str(), &files, &attributes,
                                    pointers(arguments).data(), pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return reason;
}

void keep_tail(std::string& output, std::string_view more) {
  output += more;
  if (output.size() > output_kept) output.erase(0, output.size() - output_kept);
}

/// Reads until the child and its children have closed their output. False if stopped before.
bool read_output(const ChildProcess& child, int fd, std::string& output,
                 const std::stop_token& stop) {
  std::array<char, 4096> buffer{};
  while (!stop.stop_requested()) {
    pollfd waiting{fd, POLLIN, 0};
    if (::poll(&waiting, 1, tick_ms) > 0) {
      const ssize_t got = ::read(fd, buffer.data(), buffer.size());
      if (got == 0) return true;
      if (got < 0 && errno != EINTR) return true;
      if (got > 0) keep_tail(output, {buffer.data(), static_cast<std::size_t>(got)});
    }
    if (child.on_tick) child.on_tick();
  }
  return false;
}

int exit_code_of(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void end_group(pid_t pid) {
  ::kill(-pid, SIGTERM);
  const auto deadline = Clock::now() + time_to_end;
  int status = 0;
  while (Clock::now() < deadline) {
    if (::waitpid(pid, &status, WNOHANG) != 0) {
      ::kill(-pid, SIGKILL);
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  ::kill(-pid, SIGKILL);
  ::waitpid(pid, &status, 0);
}

}  // namespace

Result<ChildEnd> run_child(const ChildProcess& child, const std::stop_token& stop) {
  Pipe pipe;
  if (pipe.reader() < 0) return fail(ErrorKind::io, "no pipe: " + system_reason(errno));
  pid_t pid = 0;
  if (const int reason = spawn(child, pipe.writer(), pid); reason != 0) {
    const auto kind = reason == ENOENT || reason == EACCES ? ErrorKind::not_found : ErrorKind::io;
    return fail(kind,
                fmt::format("cannot run {}: {}", child.command.front(), system_reason(reason)));
  }
  pipe.close_writer();
  ChildEnd end;
  if (!read_output(child, pipe.reader(), end.output, stop)) {
    end_group(pid);
    return fail(ErrorKind::cancelled, "stopped");
  }
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  end.exit_code = exit_code_of(status);
  return end;
}

}  // namespace hearth::models
