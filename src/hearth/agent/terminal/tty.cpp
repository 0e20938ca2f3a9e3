#include "hearth/agent/terminal/tty.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <termios.h>

namespace hearth::agent {
namespace {

/// Where signal handlers write their number; -1 while there is no terminal.
int signal_pipe = -1;

void on_terminal_signal(int number) {
  const int before = errno;
  const char byte = static_cast<char>(number);
  [[maybe_unused]] const ssize_t written = ::write(signal_pipe, &byte, 1);
  errno = before;
}

constexpr std::array caught_signals{SIGWINCH, SIGINT, SIGTERM, SIGHUP};

// Bracketed paste; focus is told; the Shift of Shift-Enter is told (xterm's modifyOtherKeys).
constexpr std::string_view begin_keys = "\x1b[?2004h\x1b[?1004h\x1b[>4;1m";
constexpr std::string_view end_keys = "\x1b[>4m\x1b[?1004l\x1b[?2004l\x1b[?25h";

void make_pipe(std::array<int, 2>& pipe) {
  if (::pipe2(pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0) pipe = {-1, -1};
}

std::string drained(int fd) {
  std::string bytes;
  std::array<char, 16384> buffer{};
  ssize_t got = 0;
  while ((got = ::read(fd, buffer.data(), buffer.size())) > 0) {
    bytes.append(buffer.data(), static_cast<std::size_t>(got));
    if (static_cast<std::size_t>(got) < buffer.size()) break;
  }
  return bytes;
}

/// What was typed while the terminal was in its line mode, which made line feeds of Enter.
std::string typed_ahead() {
  int count = 0;
  if (::ioctl(STDIN_FILENO, FIONREAD, &count) != 0 || count <= 0) return {};
  std::string bytes(static_cast<std::size_t>(count), '\0');
  const ssize_t got = ::read(STDIN_FILENO, bytes.data(), bytes.size());
  bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  std::ranges::replace(bytes, '\n', '\r');
  return bytes;
}

}  // namespace

struct Tty::State {
  termios before{};
  bool taken = false;
  /// Typed before the terminal was taken, as keys.
  std::string ahead;
  std::array<int, 2> wake{-1, -1};
  std::array<int, 2> signals{-1, -1};
  std::array<int, 2> errors{-1, -1};
  int error_before = -1;
  std::array<struct sigaction, caught_signals.size()> actions_before{};
};

Tty::Tty() : state_(std::make_unique<State>()) {
  make_pipe(state_->wake);
  make_pipe(state_->signals);
  make_pipe(state_->errors);
  signal_pipe = state_->signals[1];
  struct sigaction action{};
  action.sa_handler = &on_terminal_signal;
  action.sa_flags = SA_RESTART;
  for (std::size_t i = 0; i < caught_signals.size(); ++i) {
    ::sigaction(caught_signals[i], &action, &state_->actions_before[i]);
  }
  take();
}

Tty::~Tty() {
  give_back();
  for (std::size_t i = 0; i < caught_signals.size(); ++i) {
    ::sigaction(caught_signals[i], &state_->actions_before[i], nullptr);
  }
  signal_pipe = -1;
  for (const auto& pipe : {state_->wake, state_->signals, state_->errors}) {
    for (const int fd : pipe) {
      if (fd >= 0) ::close(fd);
    }
  }
}

void Tty::take() {
  if (state_->taken || ::tcgetattr(STDIN_FILENO, &state_->before) != 0) return;
  termios keys = state_->before;
  ::cfmakeraw(&keys);
  // Line ends of what is written go on working for whoever else writes.
  keys.c_oflag |= OPOST | ONLCR;
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &keys);
  state_->ahead += typed_ahead();
  state_->error_before = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  ::dup2(state_->errors[1], STDERR_FILENO);
  state_->taken = true;
  write(begin_keys);
}

void Tty::give_back() {
  if (!state_->taken) return;
  write(end_keys);
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &state_->before);
  if (state_->error_before >= 0) {
    ::dup2(state_->error_before, STDERR_FILENO);
    ::close(state_->error_before);
  }
  state_->taken = false;
}

void Tty::suspend() {
  give_back();
  ::kill(0, SIGTSTP);
  take();
}

void Tty::wake() {
  const char byte = 0;
  [[maybe_unused]] const ssize_t written = ::write(state_->wake[1], &byte, 1);
}

Tty::Events Tty::wait(std::chrono::milliseconds patience) {
  Events events;
  if (!state_->ahead.empty()) {
    events.bytes = std::exchange(state_->ahead, {});
    return events;
  }
  std::array<pollfd, 4> fds{{{STDIN_FILENO, POLLIN, 0},
                             {state_->wake[0], POLLIN, 0},
                             {state_->signals[0], POLLIN, 0},
                             {state_->errors[0], POLLIN, 0}}};
  if (::poll(fds.data(), fds.size(), static_cast<int>(patience.count())) <= 0) return events;
  if (fds[0].revents != 0) {
    std::array<char, 16384> buffer{};
    const ssize_t got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got > 0) {
      events.bytes.assign(buffer.data(), static_cast<std::size_t>(got));
    } else if (got == 0 || (errno != EINTR && errno != EAGAIN)) {
      events.ended = true;
    }
  }
  if (fds[1].revents != 0) {
    drained(state_->wake[0]);
    events.woken = true;
  }
  if (fds[2].revents != 0) {
    for (const char number : drained(state_->signals[0])) {
      if (number == SIGWINCH) {
        events.resized = true;
      } else {
        events.ended = true;
      }
    }
  }
  if (fds[3].revents != 0) events.errors = drained(state_->errors[0]);
  return events;
}

ScreenSize Tty::size() const {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) {
    return {};
  }
  return {.columns = size.ws_col, .rows = size.ws_row};
}

void Tty::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    // Whoever reads is gone; the next wait says so.
    if (written <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace hearth::agent
