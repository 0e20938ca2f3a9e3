#include "hearth/cli/interrupt.h"

#include <signal.h>

#include <ctime>

namespace hearth::cli {
namespace {

sigset_t interrupting_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

Interrupt::Interrupt() {
  const sigset_t signals = interrupting_signals();
  pthread_sigmask(SIG_BLOCK, &signals, &before_);
  waiter_ = std::jthread([this](const std::stop_token& done) {
    const sigset_t awaited = interrupting_signals();
    constexpr timespec wait{0, 50'000'000};
    while (!done.stop_requested()) {
      if (sigtimedwait(&awaited, nullptr, &wait) > 0) stop_.request_stop();
    }
  });
}

Interrupt::~Interrupt() {
  waiter_.request_stop();
  waiter_.join();
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace hearth::cli
