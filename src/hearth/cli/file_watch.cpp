#include "hearth/cli/file_watch.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <system_error>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

namespace hearth::cli {
namespace {

/// An editor writes a file in several steps.
constexpr int quiet_ms = 200;

enum class Woken { by_event, by_end, by_time };

Woken wait_for(int events, int end, int timeout_ms) {
  std::array<pollfd, 2> both{{{events, POLLIN, 0}, {end, POLLIN, 0}}};
  const int ready = ::poll(both.data(), both.size(), timeout_ms);
  if ((both[1].revents & POLLIN) != 0 || (ready < 0 && errno != EINTR)) return Woken::by_end;
  return ready <= 0 ? Woken::by_time : Woken::by_event;
}

}  // namespace

Result<std::unique_ptr<FileWatch>> FileWatch::start(const std::filesystem::path& file,
                                                    std::function<void()> changed) {
  std::error_code ec;
  const auto absolute = std::filesystem::absolute(file, ec);
  Descriptor events(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  Descriptor end(::eventfd(0, EFD_CLOEXEC));
  const std::uint32_t what = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE;
  if (!events.is_open() || !end.is_open() ||
      ::inotify_add_watch(events.fd(), absolute.parent_path().c_str(), what) < 0) {
    return fail(ErrorKind::io,
                fmt::format("changes of {} are not noticed ({}); SIGHUP makes the server read it "
                            "again",
                            file.string(), std::generic_category().message(errno)));
  }
  std::unique_ptr<FileWatch> watch(new FileWatch(std::move(events), std::move(end)));
  watch->thread_ = std::thread([self = watch.get(), name = absolute.filename().string(),
                                changed = std::move(changed)] { self->run(name, changed); });
  return watch;
}

FileWatch::~FileWatch() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(end_.fd(), &one, sizeof one);
  thread_.join();
}

void FileWatch::run(const std::string& name, const std::function<void()>& changed) {
  constexpr int forever = -1;
  bool waiting = false;
  while (true) {
    const Woken woken = wait_for(events_.fd(), end_.fd(), waiting ? quiet_ms : forever);
    if (woken == Woken::by_end) return;
    if (woken == Woken::by_event) {
      waiting = names_it(name) || waiting;
    } else if (waiting) {
      waiting = false;
      changed();
    }
  }
}

bool FileWatch::names_it(const std::string& name) {
  alignas(inotify_event) std::array<char, 4096> buffer{};
  bool named = false;
  while (true) {
    const auto n_read = ::read(events_.fd(), buffer.data(), buffer.size());
    if (n_read <= 0) return named;
    for (std::size_t at = 0; at < static_cast<std::size_t>(n_read);) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const char* text = buffer.data() + at + sizeof event;
      if (event.len > 0 && name == text) named = true;
      at += sizeof event + event.len;
    }
  }
}

}  // namespace hearth::cli
