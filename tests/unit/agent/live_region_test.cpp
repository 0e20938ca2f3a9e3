// What is drawn by differences must look as if all had been drawn anew.
#include "hearth/agent/terminal/live_region.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <random>

#include "hearth/agent/terminal/frame_view.h"

namespace hearth::agent {
namespace {

/// As much of a terminal as the drawing uses: lines that scroll away, a cursor, erasing.
class SmallScreen {
 public:
  explicit SmallScreen(ScreenSize size) : size_(size) {}

  void write(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const char byte = bytes[i];
      if (byte == '\r') {
        column_ = 0;
      } else if (byte == '\n') {
        ++row_;
      } else if (byte == '\x1b') {
        std::size_t end = i + 2;
        while (bytes[end] < '@') ++end;
        control(bytes.substr(i + 2, end - i - 2), bytes[end]);
        i = end;
      } else {
        std::string& line = at(row_);
        if (line.size() <= column_) line.resize(column_ + 1, ' ');
        ASSERT_LT(column_, static_cast<std::size_t>(size_.columns)) << "a line is too wide";
        line[column_++] = byte;
      }
    }
  }

  /// Everything that was ever shown and not erased, without blanks at the ends.
  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> result = lines_;
    for (std::string& line : result) line.erase(line.find_last_not_of(' ') + 1);
    while (!result.empty() && result.back().empty()) result.pop_back();
    return result;
  }
  [[nodiscard]] std::size_t row() const { return row_; }
  [[nodiscard]] std::size_t column() const { return column_; }

 private:
  std::string& at(std::size_t row) {
    if (lines_.size() <= row) lines_.resize(row + 1);
    return lines_[row];
  }
  /// The first row that can still be reached.
  [[nodiscard]] std::size_t top() const {
    const std::size_t total = std::max(lines_.size(), row_ + 1);
    return total - std::min(total, static_cast<std::size_t>(size_.rows));
  }
  void control(std::string_view parameter, char last) {
    std::size_t count = 1;
    std::from_chars(parameter.data(), parameter.data() + parameter.size(), count);
    if (last == 'A') row_ = std::max(top() + 0, row_ - std::min(row_, count));
    if (last == 'B')
      row_ = std::min(row_ + count, top() + static_cast<std::size_t>(size_.rows) - 1);
    if (last == 'C') column_ += count;
    if (last == 'K') at(row_).resize(std::min(at(row_).size(), column_));
    if (last == 'J') {
      at(row_).resize(std::min(at(row_).size(), column_));
      for (std::size_t i = row_ + 1; i < lines_.size(); ++i) lines_[i].clear();
    }
  }

  ScreenSize size_;
  std::vector<std::string> lines_;
  std::size_t row_ = 0;
  std::size_t column_ = 0;
};

Frame frame_of(const std::vector<std::string>& lines, int cursor_row, int cursor_column) {
  Frame frame{.lines = {}, .cursor_row = cursor_row, .cursor_column = cursor_column};
  for (const std::string& line : lines) {
    frame.lines.push_back({line, static_cast<int>(line.size())});
  }
  return frame;
}

TEST(LiveRegion, LooksAsIfDrawnAnew) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](unsigned most) { return random() % most; };
    const ScreenSize size{.columns = 20, .rows = 10};
    SmallScreen screen(size);
    LiveRegion region;
    std::vector<std::string> stayed;
    for (int step = 0; step < 40; ++step) {
      std::vector<std::string> staying;
      for (unsigned i = below(4) == 0 ? below(14) : 0; i > 0; --i) {
        staying.push_back("s" + std::to_string(below(1000)));
      }
      std::vector<std::string> lines;
      for (unsigned i = 1 + below(8); i > 0; --i) lines.emplace_back(1 + below(18), "ab"[below(2)]);
      const int row = static_cast<int>(below(static_cast<unsigned>(lines.size())));
      const int column = static_cast<int>(below(18));
      screen.write(region.draw(staying, frame_of(lines, row, column), size));
      stayed.insert(stayed.end(), staying.begin(), staying.end());
      std::vector<std::string> expected = stayed;
      expected.insert(expected.end(), lines.begin(), lines.end());
      ASSERT_EQ(screen.lines(), expected) << "seed " << seed << ", step " << step;
      ASSERT_EQ(screen.row(), stayed.size() + static_cast<std::size_t>(row));
      ASSERT_EQ(screen.column(), static_cast<std::size_t>(column));
    }
    screen.write(region.clear(size));
    ASSERT_EQ(screen.lines(), stayed);
  }
}

TEST(FrameView, IsNeverHigherThanTheScreen) {
  const ScreenSize size{.columns = 40, .rows = 10};
  FrameParts parts;
  std::size_t asked = 99;
  parts.moving = [&](std::size_t most) {
    asked = most;
    return std::vector<StyledLine>();
  };
  parts.notes.assign(50, plain_line("note"));
  parts.edited.lines = {plain_line("> text")};
  parts.edited.cursor_column = 6;
  parts.below = {plain_line("status")};
  const Frame frame = framed(parts, Theme(ColourDepth::none), size);
  ASSERT_EQ(frame.lines.size(), 9U);
  EXPECT_EQ(frame.lines[8].text, "status");
  EXPECT_EQ(frame.lines[7].text, "> text");
  EXPECT_EQ(frame.cursor_row, 7);
  EXPECT_EQ(asked, 0U);
}

TEST(LiveRegion, WritesOnlyWhatDiffers) {
  const ScreenSize size{.columns = 40, .rows = 10};
  LiveRegion region;
  region.draw({}, frame_of({"first line", "second line", "third line"}, 2, 0), size);
  const std::string out =
      region.draw({}, frame_of({"first line", "changed", "third line"}, 2, 0), size);
  EXPECT_NE(out.find("changed"), std::string::npos);
  EXPECT_EQ(out.find("first"), std::string::npos);
  EXPECT_EQ(out.find("third"), std::string::npos);
}

TEST(LiveRegion, FindsItsBeginningWhereANarrowerScreenBrokeItsLines) {
  LiveRegion region;
  region.draw({}, frame_of({std::string(30, 'a'), "b"}, 1, 0), {.columns = 40, .rows = 10});
  // The first line takes three rows now.
  const std::string out = region.draw({}, frame_of({"a", "b"}, 1, 0), {.columns = 12, .rows = 10});
  EXPECT_NE(out.find("\x1b[3A"), std::string::npos) << out;
}

}  // namespace
}  // namespace hearth::agent
