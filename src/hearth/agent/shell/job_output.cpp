#include "hearth/agent/shell/job_output.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "hearth/agent/plain_text.h"
#include "hearth/base/utf8.h"

namespace hearth::agent {
namespace {

constexpr std::size_t most_kept_of_a_job = 8'000;

}  // namespace

JobOutput::JobOutput(Descriptor pipe) : pipe_(std::move(pipe)) {
  ::fcntl(pipe_.fd(), F_SETFL, O_NONBLOCK);
  reader_ = std::jthread([this](const std::stop_token& end) {
    while (!end.stop_requested()) {
      pollfd waiting{pipe_.fd(), POLLIN, 0};
      constexpr int look_up_ms = 50;
      if (::poll(&waiting, 1, look_up_ms) > 0 && !take()) return;
    }
  });
}

bool JobOutput::take() {
  const std::lock_guard lock(mutex_);
  std::array<char, 65536> bytes{};
  // One that prints without pause does not keep others from the lock.
  constexpr int most_reads = 16;
  for (int i = 0; i < most_reads; ++i) {
    const ssize_t got = ::read(pipe_.fd(), bytes.data(), bytes.size());
    if (got == 0) return false;
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    kept_.append(bytes.data(), static_cast<std::size_t>(got));
    if (kept_.size() > 2 * most_kept_of_a_job) {
      const std::size_t surplus = kept_.size() - most_kept_of_a_job;
      kept_.erase(0, surplus);
      dropped_ += surplus;
    }
  }
  return true;
}

std::string JobOutput::tail() {
  // A command that has just ended may have left something.
  take();
  const std::lock_guard lock(mutex_);
  std::string text = kept_;
  std::size_t cut = dropped_;
  if (text.size() > most_kept_of_a_job) {
    cut += text.size() - most_kept_of_a_job;
    text.erase(0, text.size() - most_kept_of_a_job);
  }
  if (cut > 0) text.erase(0, std::min(text.find('\n') + 1, text.size()));
  return without_escapes(to_valid_utf8(text));
}

}  // namespace hearth::agent
