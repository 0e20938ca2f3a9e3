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
#include <iterator>
#include <string_view>
#include <utility>

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

/// An entry of a folder whose change means that a file has another content.
struct Entry {
  std::filesystem::path folder;
  std::string name;
};

/// Those of `file`: itself, each symbolic link on the way to it, or the first folder that is not
/// there.
void add_entries(const std::filesystem::path& file, int links_left, std::vector<Entry>& entries) {
  namespace fs = std::filesystem;
  fs::path walked = file.root_path();
  const fs::path relative = file.relative_path();
  for (auto part = relative.begin(); part != relative.end(); ++part) {
    const fs::path next = walked / *part;
    std::error_code ec;
    const fs::file_status status = fs::symlink_status(next, ec);
    const bool last = std::next(part) == relative.end();
    if (last || !fs::exists(status) || fs::is_symlink(status)) {
      entries.push_back({walked, part->string()});
    }
    if (!fs::exists(status)) return;
    if (fs::is_symlink(status)) {
      if (links_left == 0) return;
      fs::path target = walked / fs::read_symlink(next, ec);
      for (auto behind = std::next(part); behind != relative.end(); ++behind) target /= *behind;
      add_entries(target.lexically_normal(), links_left - 1, entries);
      return;
    }
    walked = next;
  }
}

}  // namespace

Result<std::unique_ptr<FileWatch>> FileWatch::start(Files files, std::function<void()> changed) {
  Descriptor events(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  Descriptor end(::eventfd(0, EFD_CLOEXEC));
  const bool open = events.is_open() && end.is_open();
  std::unique_ptr<FileWatch> watch(new FileWatch(std::move(events), std::move(end)));
  if (!open || !watch->watch(files())) {
    return fail(ErrorKind::io,
                fmt::format("changes of the configuration are not noticed ({}); SIGHUP makes the "
                            "server read it again",
                            std::generic_category().message(errno)));
  }
  watch->thread_ = std::thread([self = watch.get(), files = std::move(files),
                                changed = std::move(changed)] { self->run(files, changed); });
  return watch;
}

FileWatch::~FileWatch() {
  if (!thread_.joinable()) return;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(end_.fd(), &one, sizeof one);
  thread_.join();
}

bool FileWatch::watch(const std::vector<std::filesystem::path>& files) {
  constexpr int most_links = 16;
  constexpr std::uint32_t what = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR;
  std::vector<Entry> entries;
  for (const std::filesystem::path& file : files) {
    std::error_code ec;
    add_entries(std::filesystem::absolute(file, ec).lexically_normal(), most_links, entries);
  }
  const auto before = std::exchange(names_, {});
  for (const Entry& entry : entries) {
    // The same number as before, where the folder is watched already.
    const int number = ::inotify_add_watch(events_.fd(), entry.folder.c_str(), what);
    if (number >= 0) names_[number].insert(entry.name);
  }
  for (const auto& [number, _] : before) {
    if (!names_.contains(number)) ::inotify_rm_watch(events_.fd(), number);
  }
  return !names_.empty();
}

void FileWatch::run(const Files& files, const std::function<void()>& changed) {
  constexpr int forever = -1;
  bool waiting = false;
  while (true) {
    const Woken woken = wait_for(events_.fd(), end_.fd(), waiting ? quiet_ms : forever);
    if (woken == Woken::by_end) return;
    if (woken == Woken::by_event) {
      waiting = names_one() || waiting;
    } else if (waiting) {
      waiting = false;
      // First, so that nothing is missed that changes meanwhile; then those that it names now.
      watch(files());
      changed();
      watch(files());
    }
  }
}

bool FileWatch::names_one() {
  alignas(inotify_event) std::array<char, 4096> buffer{};
  bool named = false;
  while (true) {
    const auto n_read = ::read(events_.fd(), buffer.data(), buffer.size());
    if (n_read <= 0) return named;
    for (std::size_t at = 0; at < static_cast<std::size_t>(n_read);) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const char* text = buffer.data() + at + sizeof event;
      const auto folder = names_.find(event.wd);
      if (event.len > 0 && folder != names_.end()) {
        named = named || folder->second.contains(std::string_view(text));
      }
      at += sizeof event + event.len;
    }
  }
}

}  // namespace hearth::cli
