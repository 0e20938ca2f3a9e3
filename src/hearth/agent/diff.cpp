#include "hearth/agent/diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "hearth/agent/plain_text.h"

namespace hearth::agent {
namespace {

/// Above this many cells the middle is shown as removed and added whole: no table of that size.
constexpr std::size_t max_table = 4'000'000;

}  // namespace

std::vector<LineEdit> line_edits(const std::vector<std::string_view>& a,
                                 const std::vector<std::string_view>& b) {
  std::size_t same = 0;
  while (same < a.size() && same < b.size() && a[same] == b[same]) ++same;
  std::size_t same_end = 0;
  while (same_end < a.size() - same && same_end < b.size() - same &&
         a[a.size() - 1 - same_end] == b[b.size() - 1 - same_end]) {
    ++same_end;
  }
  std::vector<LineEdit> edits;
  edits.reserve(a.size() + b.size());
  for (std::size_t i = 0; i < same; ++i) edits.push_back({' ', a[i]});
  const std::size_t n = a.size() - same - same_end;
  const std::size_t m = b.size() - same - same_end;
  std::size_t i = 0;
  std::size_t j = 0;
  if (n * m <= max_table) {
    // longest[i][j]: length of the longest common subsequence of the rests from i and j.
    std::vector<std::vector<unsigned>> longest(n + 1, std::vector<unsigned>(m + 1));
    for (std::size_t x = n; x-- > 0;) {
      for (std::size_t y = m; y-- > 0;) {
        longest[x][y] = a[same + x] == b[same + y] ? longest[x + 1][y + 1] + 1
                                                   : std::max(longest[x + 1][y], longest[x][y + 1]);
      }
    }
    while (i < n && j < m) {
      if (a[same + i] == b[same + j]) {
        edits.push_back({' ', a[same + i]});
        ++i;
        ++j;
      } else if (longest[i + 1][j] >= longest[i][j + 1]) {
        edits.push_back({'-', a[same + i++]});
      } else {
        edits.push_back({'+', b[same + j++]});
      }
    }
  }
  for (; i < n; ++i) edits.push_back({'-', a[same + i]});
  for (; j < m; ++j) edits.push_back({'+', b[same + j]});
  for (std::size_t k = a.size() - same_end; k < a.size(); ++k) edits.push_back({' ', a[k]});
  return edits;
}

std::string unified_diff(std::string_view name, std::string_view before, std::string_view after) {
  constexpr std::size_t context = 3;
  if (before == after) return {};
  const std::vector<LineEdit> edits = line_edits(lines_of(before), lines_of(after));
  std::string text = fmt::format("--- {}\n+++ {}\n", name, name);
  std::size_t at = 0;
  std::size_t old_line = 1;
  std::size_t new_line = 1;
  const auto is_change = [](const LineEdit& edit) { return edit.kind != ' '; };
  while (at < edits.size()) {
    const auto change =
        std::find_if(edits.begin() + static_cast<std::ptrdiff_t>(at), edits.end(), is_change);
    if (change == edits.end()) break;
    const auto first = static_cast<std::size_t>(change - edits.begin());
    const std::size_t begin = std::max(at, first - std::min(first, context));
    old_line += begin - at;
    new_line += begin - at;
    std::size_t end = first;
    for (std::size_t i = first, quiet = 0; i < edits.size() && quiet <= 2 * context; ++i) {
      quiet = is_change(edits[i]) ? 0 : quiet + 1;
      if (quiet == 0) end = i + 1;
    }
    end = std::min(end + context, edits.size());
    std::size_t old_count = 0;
    std::size_t new_count = 0;
    std::string body;
    for (std::size_t i = begin; i < end; ++i) {
      old_count += edits[i].kind != '+';
      new_count += edits[i].kind != '-';
      body += edits[i].kind;
      body += edits[i].line;
      body += '\n';
    }
    text += fmt::format("@@ -{},{} +{},{} @@\n{}", old_count == 0 ? old_line - 1 : old_line,
                        old_count, new_count == 0 ? new_line - 1 : new_line, new_count, body);
    old_line += old_count;
    new_line += new_count;
    at = end;
  }
  return text;
}

}  // namespace hearth::agent
