#include "hearth/agent/terminal/live_region.h"

#include <fmt/format.h>

#include <algorithm>

namespace hearth::agent {
namespace {

constexpr std::string_view begin_update = "\x1b[?2026h\x1b[?25l";
constexpr std::string_view end_update = "\x1b[?25h\x1b[?2026l";
constexpr std::string_view erase_rest_of_line = "\x1b[K";
constexpr std::string_view erase_below = "\x1b[J";

int rows_of(int line_columns, int screen_columns) {
  return std::max(1, (line_columns + screen_columns - 1) / std::max(screen_columns, 1));
}

}  // namespace

std::string LiveRegion::go_to_top(ScreenSize size) const {
  int up = 0;
  const auto above = static_cast<std::size_t>(std::max(shown_.cursor_row, 0));
  for (std::size_t i = 0; i < std::min(above, shown_.lines.size()); ++i) {
    up += rows_of(shown_.lines[i].columns, size.columns);
  }
  up += shown_.cursor_column / std::max(size.columns, 1);
  return up > 0 ? fmt::format("\r\x1b[{}A", up) : "\r";
}

std::string LiveRegion::draw(const std::vector<std::string>& staying, const Frame& frame,
                             ScreenSize size) {
  const bool anew = !staying.empty() || size != size_;
  std::string out(begin_update);
  out += go_to_top(size);
  if (size != size_) out += erase_below;
  for (const std::string& line : staying) {
    out += line;
    out += erase_rest_of_line;
    out += "\r\n";
  }
  for (std::size_t i = 0; i < frame.lines.size(); ++i) {
    const bool there = !anew && i < shown_.lines.size();
    // Only a line end makes room at the bottom of the screen.
    if (i > 0) out += there ? "\r\x1b[B" : "\r\n";
    if (there && frame.lines[i] == shown_.lines[i]) continue;
    out += frame.lines[i].text;
    out += erase_rest_of_line;
  }
  if (frame.lines.empty()) {
    out += erase_below;
  } else if (size == size_ && staying.size() + frame.lines.size() < shown_.lines.size()) {
    out += "\r\x1b[B";
    out += erase_below;
    out += "\x1b[A";
  }
  const int last = std::max(0, static_cast<int>(frame.lines.size()) - 1);
  if (last > frame.cursor_row) out += fmt::format("\x1b[{}A", last - frame.cursor_row);
  out += '\r';
  if (frame.cursor_column > 0) out += fmt::format("\x1b[{}C", frame.cursor_column);
  out += end_update;
  shown_ = frame;
  size_ = size;
  return out;
}

std::string LiveRegion::clear(ScreenSize size) {
  std::string out = go_to_top(size);
  out += erase_below;
  shown_ = {};
  return out;
}

}  // namespace hearth::agent
