#include "hearth/cli/progress_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "hearth/base/terminal.h"

namespace hearth::cli {
namespace {

constexpr std::chrono::milliseconds terminal_pace{100};
constexpr std::chrono::seconds plain_pace{5};
constexpr std::size_t bar_width = 24;

std::string bar(const models::FetchProgress& progress) {
  if (progress.total == 0) return {};
  const auto full = std::min<std::uint64_t>(bar_width, bar_width * progress.done / progress.total);
  return fmt::format("[{:#<{}}{:.<{}}] ", "", full, "", bar_width - full);
}

}  // namespace

ProgressLine::ProgressLine() : terminal_(::isatty(STDERR_FILENO) == 1) {}

ProgressLine::~ProgressLine() {
  clear();
}

void ProgressLine::show(const models::FetchProgress& progress) {
  if (!progress.note.empty()) {
    clear();
    fmt::print(stderr, "{}\n", progress.note);
  }
  const auto now = Clock::now();
  const std::string text = meter_.line(progress, now);
  const auto pace = terminal_ ? Clock::duration(terminal_pace) : Clock::duration(plain_pace);
  const bool new_source = progress.source != shown_source_;
  if (shown_ && !new_source && now - *shown_ < pace) return;
  shown_ = now;
  shown_source_ = progress.source;
  draw(text, progress);
}

void ProgressLine::draw(const std::string& text, const models::FetchProgress& progress) {
  if (!terminal_) {
    fmt::print(stderr, "{}\n", text);
    return;
  }
  fmt::print(stderr, "\r\033[K{}", cut_to_line(bar(progress) + text, STDERR_FILENO));
  std::fflush(stderr);
  drawn_ = true;
}

void ProgressLine::clear() {
  if (!drawn_) return;
  fmt::print(stderr, "\r\033[K");
  std::fflush(stderr);
  drawn_ = false;
}

}  // namespace hearth::cli
