#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "hearth/agent/terminal/live_region.h"

namespace hearth::agent {

/// The terminal on standard input and output, keys one by one. While one lives, signals that end
/// programs and changes of the size arrive as events, and what other code writes to standard error
/// arrives as text instead of being mixed into the screen. One at a time.
class Tty {
 public:
  struct Events {
    std::string bytes;   ///< typed
    std::string errors;  ///< written to standard error
    bool resized = false;
    bool woken = false;
    bool ended = false;  ///< a signal to end, or the terminal is gone
  };

  Tty();
  ~Tty();
  Tty(const Tty&) = delete;
  Tty& operator=(const Tty&) = delete;

  /// Waits for something, at most `patience`.
  Events wait(std::chrono::milliseconds patience);
  /// Ends a wait; from any thread.
  void wake();

  [[nodiscard]] ScreenSize size() const;
  void write(std::string_view bytes);

  /// As it was before, for a program that uses the terminal; and ours again.
  void give_back();
  void take();
  /// Stops the program as Ctrl-Z does; returns when it goes on.
  void suspend();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hearth::agent
