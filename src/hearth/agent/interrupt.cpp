#include "hearth/agent/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>

#include <termios.h>

namespace hearth::agent {
namespace {

std::atomic<int> signals_seen{0};
std::atomic<int> watches{0};

/// One keyboard, and one text that was typed ahead on it.
struct TypedAhead {
  std::mutex mutex;
  std::string text;
};

TypedAhead& typed_ahead() {
  static TypedAhead typed;
  return typed;
}

void keep_typed(std::string_view bytes) {
  TypedAhead& typed = typed_ahead();
  const std::lock_guard lock(typed.mutex);
  for (const char byte : bytes) {
    const bool erases = byte == '\x7f' || byte == '\b';
    if (!erases) {
      const bool control = static_cast<unsigned char>(byte) < 0x20 && byte != '\n' && byte != '\t';
      if (!control) typed.text += byte;
      continue;
    }
    // A character's last byte is the one that does not continue one.
    while (!typed.text.empty() && typed.text.back() != '\n') {
      const auto last = static_cast<unsigned char>(typed.text.back());
      typed.text.pop_back();
      if ((last & 0xc0) != 0x80) break;
    }
  }
}

void on_signal(int) {
  ++signals_seen;
}

}  // namespace

struct InterruptWatch::State {
  std::stop_source& stop;
  Keys keys;
  std::mutex keyboard;
  char bytes[4096];
  bool paused = false;
  bool raw = false;
  termios before{};
  struct sigaction old_int{};
  struct sigaction old_term{};
  std::jthread thread;

  explicit State(std::stop_source& source, Keys which) : stop(source), keys(which) {}

  /// Keys one by one, without echo; Ctrl-C stays a signal.
  void take_keyboard() {
    if (keys == Keys::ignored || ::isatty(STDIN_FILENO) == 0) return;
    if (::tcgetattr(STDIN_FILENO, &before) != 0) return;
    termios one_by_one = before;
    one_by_one.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    one_by_one.c_cc[VMIN] = 0;
    one_by_one.c_cc[VTIME] = 0;
    raw = ::tcsetattr(STDIN_FILENO, TCSANOW, &one_by_one) == 0;
  }

  void give_keyboard_back() {
    if (raw) {
      // With the keys that came since the last look.
      read_keys();
      ::tcsetattr(STDIN_FILENO, TCSANOW, &before);
    }
    raw = false;
  }

  /// Esc alone; an arrow key sends Esc and more. Everything else is kept for the next line.
  bool escape_pressed() {
    const std::lock_guard lock(keyboard);
    if (!raw || paused) return false;
    return read_keys() == "\x1b";
  }

  std::string_view read_keys() {
    const ssize_t got = ::read(STDIN_FILENO, bytes, sizeof bytes);
    const std::string_view read(bytes, got > 0 ? static_cast<std::size_t>(got) : 0);
    if (!read.starts_with('\x1b')) keep_typed(read);
    return read;
  }

  void watch(const std::stop_token& end) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    while (!end.stop_requested()) {
      // Its end is not waited out: there is one at the start, and one with each task.
      constexpr std::chrono::milliseconds look_up{40};
      wake.wait_for(lock, end, look_up, [] { return false; });
      if (signals_seen.load() > 0 || escape_pressed()) stop.request_stop();
    }
  }
};

InterruptWatch::InterruptWatch(std::stop_source& stop, Keys keys)
    : state_(std::make_unique<State>(stop, keys)) {
  if (watches++ == 0) signals_seen = 0;
  struct sigaction action{};
  action.sa_handler = &on_signal;
  ::sigaction(SIGINT, &action, &state_->old_int);
  ::sigaction(SIGTERM, &action, &state_->old_term);
  state_->take_keyboard();
  state_->thread =
      std::jthread([state = state_.get()](const std::stop_token& end) { state->watch(end); });
}

InterruptWatch::~InterruptWatch() {
  state_->thread.request_stop();
  state_->thread.join();
  state_->give_keyboard_back();
  ::sigaction(SIGINT, &state_->old_int, nullptr);
  ::sigaction(SIGTERM, &state_->old_term, nullptr);
  --watches;
}

bool InterruptWatch::interrupted() {
  if (signals_seen.load() > 0) state_->stop.request_stop();
  return state_->stop.stop_requested();
}

void InterruptWatch::pause() {
  const std::lock_guard lock(state_->keyboard);
  state_->paused = true;
  state_->give_keyboard_back();
}

void InterruptWatch::resume() {
  const std::lock_guard lock(state_->keyboard);
  state_->paused = false;
  state_->take_keyboard();
}

std::string take_typed_ahead() {
  TypedAhead& typed = typed_ahead();
  const std::lock_guard lock(typed.mutex);
  return std::exchange(typed.text, {});
}

}  // namespace hearth::agent
