#include "hearth/agent/terminal/table_view.h"

#include <algorithm>

namespace hearth::agent {
namespace {

constexpr int between = 3;  // " │ "
constexpr int least_width = 4;

/// The widths of the columns: as much as they need, the widest less where that is too much.
std::vector<int> widths_of(const std::vector<std::vector<StyledLine>>& rows, int columns) {
  std::vector<int> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 1);
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], columns_of(row[i]));
  }
  const auto total = [&] {
    int sum = between * (static_cast<int>(widths.size()) - 1);
    for (const int width : widths) sum += width;
    return sum;
  };
  while (!widths.empty() && total() > columns) {
    int& widest = *std::ranges::max_element(widths);
    if (widest <= least_width) break;
    --widest;
  }
  return widths;
}

StyledLine row_line(const std::vector<StyledLine>& cells) {
  StyledLine line;
  for (const StyledLine& cell : cells) {
    if (!line.empty()) line.push_back({" │ ", {.role = Role::muted}});
    line.insert(line.end(), cell.begin(), cell.end());
  }
  return line;
}

}  // namespace

std::vector<StyledLine> table_lines(const std::vector<std::vector<StyledLine>>& rows, int columns) {
  const std::vector<int> widths = widths_of(rows, columns);
  std::vector<StyledLine> lines;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    std::vector<std::vector<StyledLine>> cells;
    std::size_t height = 1;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      StyledLine cell = i < rows[row].size() ? rows[row][i] : StyledLine();
      if (row == 0) {
        for (Span& span : cell) span.style.bold = true;
      }
      cells.push_back(wrapped(cell, widths[i]));
      height = std::max(height, cells.back().size());
    }
    for (std::size_t part = 0; part < height; ++part) {
      std::vector<StyledLine> parts;
      for (std::size_t i = 0; i < cells.size(); ++i) {
        const StyledLine text = part < cells[i].size() ? cells[i][part] : StyledLine();
        parts.push_back(i + 1 < cells.size() ? padded(text, widths[i]) : text);
      }
      lines.push_back(row_line(parts));
    }
    if (row != 0) continue;
    std::string rule;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (i > 0) rule += "─┼─";
      for (int n = 0; n < widths[i]; ++n) rule += "─";
    }
    lines.push_back(plain_line(rule, {.role = Role::muted}));
  }
  return lines;
}

}  // namespace hearth::agent
