#include "hearth/agent/terminal/diff_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <tuple>
#include <utility>

#include "hearth/agent/plain_text.h"

namespace hearth::agent {
namespace {

struct DiffLine {
  char kind = ' ';  ///< ' ', '+', '-'; '@' a hunk begins; 'f' a file's name
  int before = 0;   ///< its number in the file as it was; 0: not there
  int after = 0;
  std::string_view text;
};

/// "12,3" or "12" behind `mark`: where the lines of a hunk begin and how many there are.
std::pair<int, int> range_behind(std::string_view text, char mark) {
  std::pair<int, int> range{0, 1};
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return range;
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data() + at + 1, end, range.first);
  if (first.ptr != end && *first.ptr == ',') std::from_chars(first.ptr + 1, end, range.second);
  return range;
}

std::vector<DiffLine> parsed_diff(std::string_view diff) {
  std::vector<DiffLine> lines;
  int before = 0;
  int after = 0;
  int before_left = 0;
  int after_left = 0;
  for (const std::string_view line : lines_of(diff)) {
    if (before_left <= 0 && after_left <= 0) {
      if (line.starts_with("@@")) {
        std::tie(before, before_left) = range_behind(line, '-');
        std::tie(after, after_left) = range_behind(line, '+');
        lines.push_back({.kind = '@', .text = line});
      } else if ((line.starts_with("+++ ") || line.starts_with("--- ")) &&
                 line.substr(4) != "/dev/null") {
        // The new name stands behind the old one, unless the file is gone.
        lines.push_back({.kind = 'f', .text = line.substr(4)});
      }
      if (lines.size() > 1 && lines.back().kind == 'f' && lines[lines.size() - 2].kind == 'f') {
        lines.erase(lines.end() - 2);
      }
      continue;
    }
    const std::string_view text = line.empty() ? line : line.substr(1);
    if (line.starts_with('+')) {
      lines.push_back({.kind = '+', .after = after++, .text = text});
      --after_left;
    } else if (line.starts_with('-')) {
      lines.push_back({.kind = '-', .before = before++, .text = text});
      --before_left;
    } else if (!line.starts_with('\\')) {
      lines.push_back({.before = before++, .after = after++, .text = text});
      --before_left;
      --after_left;
    }
  }
  return lines;
}

TextStyle style_of(char kind) {
  if (kind == '+') return {.role = Role::added};
  if (kind == '-') return {.role = Role::removed};
  return {};
}

/// "  12 + text" on as many lines as it needs.
std::vector<StyledLine> numbered(const DiffLine& line, int number, int columns) {
  const std::string head = number > 0 ? fmt::format("{:>4} {} ", number, line.kind) : "       ";
  const int width = std::max(columns - static_cast<int>(head.size()), 8);
  std::vector<StyledLine> lines = wrapped(plain_line(line.text, style_of(line.kind)), width);
  bool first = true;
  for (StyledLine& part : lines) {
    const std::string margin = first ? head : std::string(head.size(), ' ');
    part.insert(part.begin(),
                {margin, line.kind == ' ' ? TextStyle{.role = Role::muted} : style_of(line.kind)});
    first = false;
  }
  return lines;
}

void add_pair(std::vector<StyledLine>& lines, const DiffLine* before, const DiffLine* after,
              int columns) {
  const int half = (columns - 3) / 2;
  const auto side = [&](const DiffLine* line, bool old) {
    return line == nullptr ? std::vector<StyledLine>()
                           : numbered(*line, old ? line->before : line->after, half);
  };
  const auto left = side(before, true);
  const auto right = side(after, false);
  for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    StyledLine line = padded(i < left.size() ? left[i] : StyledLine(), half);
    line.push_back({" │ ", {.role = Role::muted}});
    if (i < right.size()) line.insert(line.end(), right[i].begin(), right[i].end());
    lines.push_back(std::move(line));
  }
}

}  // namespace

std::vector<StyledLine> diff_lines(std::string_view diff, int columns) {
  const std::vector<DiffLine> parsed = parsed_diff(diff);
  const bool beside = columns >= side_by_side_columns;
  std::vector<StyledLine> lines;
  for (std::size_t i = 0; i < parsed.size(); ++i) {
    const DiffLine& line = parsed[i];
    if (line.kind == 'f') {
      lines.push_back(plain_line(line.text, {.bold = true}));
    } else if (line.kind == '@') {
      if (!lines.empty() && i > 0 && parsed[i - 1].kind != 'f') {
        lines.push_back(plain_line("     ⋮", {.role = Role::muted}));
      }
    } else if (!beside) {
      for (StyledLine& part :
           numbered(line, line.kind == '-' ? line.before : line.after, columns)) {
        lines.push_back(std::move(part));
      }
    } else if (line.kind == ' ') {
      add_pair(lines, &line, &line, columns);
    } else {
      // What went on the left, what came beside it.
      std::size_t middle = i;
      while (middle < parsed.size() && parsed[middle].kind == '-') ++middle;
      std::size_t end = middle;
      while (end < parsed.size() && parsed[end].kind == '+') ++end;
      const std::size_t gone = middle - i;
      const std::size_t came = end - middle;
      for (std::size_t row = 0; row < std::max(gone, came); ++row) {
        add_pair(lines, row < gone ? &parsed[i + row] : nullptr,
                 row < came ? &parsed[middle + row] : nullptr, columns);
      }
      i = end - 1;
    }
  }
  return lines;
}

}  // namespace hearth::agent
