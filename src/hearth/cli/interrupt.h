#pragma once

#include <csignal>
#include <stop_token>
#include <thread>

namespace hearth::cli {

/// While it lives, Ctrl-C (SIGINT) and SIGTERM request a stop instead of ending the process.
/// REQUIRES: made before the threads whose work it is to stop, for they inherit the blocked
/// signals.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }

 private:
  sigset_t before_{};
  std::stop_source stop_;
  std::jthread waiter_;
};

}  // namespace hearth::cli
