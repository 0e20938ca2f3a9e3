#include "hearth/agent/terminal/frame_view.h"

#include <algorithm>
#include <string>

namespace hearth::agent {
namespace {

StyledLine rule_of(int columns) {
  std::string text;
  for (int i = 0; i < columns; ++i) text += "─";
  return plain_line(text, muted_style);
}

}  // namespace

Frame framed(const FrameParts& parts, const Theme& theme, ScreenSize size) {
  Frame frame;
  // The last column stays free: a line that fills it may or may not be wrapped.
  const int columns = std::max(size.columns - 1, 10);
  const int rows = std::max(size.rows - 1, 3);
  const auto add = [&](const StyledLine& line) {
    const StyledLine fits = cut(line, columns);
    frame.lines.push_back({theme.painted(fits), columns_of(fits)});
  };
  const auto fixed =
      static_cast<int>(parts.notes.size() + parts.edited.lines.size() + parts.below.size()) + 2;
  for (const StyledLine& line : parts.moving(static_cast<std::size_t>(std::max(rows - fixed, 0)))) {
    add(line);
  }
  add({});
  for (const StyledLine& line : parts.notes) add(line);
  add(rule_of(columns));
  frame.cursor_row = static_cast<int>(frame.lines.size()) + parts.edited.cursor_row;
  frame.cursor_column = parts.edited.cursor_column;
  for (const StyledLine& line : parts.edited.lines) add(line);
  for (const StyledLine& line : parts.below) add(line);
  const int over = std::min(static_cast<int>(frame.lines.size()) - rows, frame.cursor_row);
  if (over > 0) {
    frame.lines.erase(frame.lines.begin(), frame.lines.begin() + over);
    frame.cursor_row -= over;
  }
  return frame;
}

}  // namespace hearth::agent
