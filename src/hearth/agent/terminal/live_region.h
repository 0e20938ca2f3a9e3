#pragma once

#include <string>
#include <vector>

namespace hearth::agent {

struct ScreenSize {
  int columns = 80;
  int rows = 24;
  bool operator==(const ScreenSize&) const = default;
};

/// A line as it is written, escapes and all.
struct PaintedLine {
  std::string text;
  int columns = 0;
  bool operator==(const PaintedLine&) const = default;
};

/// What is below everything that stays: it is drawn again and again.
struct Frame {
  std::vector<PaintedLine> lines;  ///< each narrower than the screen; fewer than it has rows
  int cursor_row = 0;              ///< in `lines`
  int cursor_column = 0;
};

/// Draws inline: lines that stay scroll up into the terminal's own scrollback, and the frame is
/// always below them. Writes only what differs from the frame before, between the marks of a
/// synchronized update (DEC private mode 2026), so that nothing flickers.
class LiveRegion {
 public:
  /// What to write so that `staying` is above and `frame` is below, on a screen of `size`.
  std::string draw(const std::vector<std::string>& staying, const Frame& frame, ScreenSize size);

  /// What to write so that the frame is gone and the cursor is where it began.
  std::string clear(ScreenSize size);

 private:
  /// To the first row of the frame that is there. A terminal that became narrower has broken its
  /// lines.
  [[nodiscard]] std::string go_to_top(ScreenSize size) const;

  Frame shown_;
  ScreenSize size_;
};

}  // namespace hearth::agent
