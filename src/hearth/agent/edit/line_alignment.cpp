#include "hearth/agent/edit/line_alignment.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <utility>

#include "hearth/agent/edit/edit_input.h"
#include "hearth/agent/plain_text.h"

namespace hearth::agent {
namespace {

constexpr std::size_t nowhere = LineAlignment::none;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

std::string with_plain_signs(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 16> signs{{
      {"“", "\""},
      {"”", "\""},
      {"„", "\""},
      {"«", "\""},
      {"»", "\""},
      {"‘", "\""},
      {"’", "\""},
      {"'", "\""},
      {"–", "-"},
      {"—", "-"},
      {"−", "-"},
      {"\u00a0", " "},
      {"…", "..."},
      {"→", "->"},
      {"⇒", "=>"},
      {"\u200b", ""},
  }};
  std::string result;
  while (!text.empty()) {
    const auto sign =
        std::ranges::find_if(signs, [&](const auto& pair) { return text.starts_with(pair.first); });
    if (sign == signs.end()) {
      result += text.front();
      text.remove_prefix(1);
    } else {
      result += sign->second;
      text.remove_prefix(sign->first.size());
    }
  }
  return result;
}

namespace {

/// One space where white space parts two words, none elsewhere.
std::string without_free_spaces(std::string_view text) {
  std::string result;
  bool gap = false;
  for (const char c : text) {
    if (is_space(c)) {
      gap = true;
      continue;
    }
    if (gap && !result.empty() && is_word(result.back()) && is_word(c)) result += ' ';
    gap = false;
    result += c;
  }
  return result;
}

/// A list of lines as what is compared: the normal forms of those that are not blank.
struct Keys {
  std::vector<std::string> text;
  std::vector<std::size_t> line;
  std::vector<bool> ellipsis;
  std::vector<std::size_t> indentation;  ///< in bytes

  Keys(const Lines& lines, EditMatch match, bool with_ellipses) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
      std::string key = normal_form(lines[i], match);
      if (trimmed(key).empty()) continue;
      ellipsis.push_back(with_ellipses && is_ellipsis(lines[i]));
      text.push_back(std::move(key));
      indentation.push_back(std::min(lines[i].find_first_not_of(" \t"), lines[i].size()));
      line.push_back(i);
    }
  }
  [[nodiscard]] std::size_t size() const { return text.size(); }
};

/// Whether the run of `wanted` from `w` up to the next ellipsis stands in `file` from `at` on.
bool run_stands(const Keys& file, const Keys& wanted, std::size_t w, std::size_t at) {
  for (std::size_t i = w; i < wanted.size() && !wanted.ellipsis[i]; ++i) {
    if (at + i - w >= file.size() || file.text[at + i - w] != wanted.text[i]) return false;
  }
  return true;
}

/// Both sides' keys as `match` sees them, and as they are seen when only white space is overlooked:
/// what could be meant.
struct Sides {
  Keys file;
  Keys wanted;
  Keys loose_file;
  Keys loose_wanted;

  Sides(const Lines& file_lines, const Lines& wanted_lines, EditMatch match)
      : file(file_lines, match, false),
        wanted(wanted_lines, match, match != EditMatch::anchored),
        loose_file(file_lines, EditMatch::spacing, false),
        loose_wanted(wanted_lines, EditMatch::spacing, match != EditMatch::anchored) {}
};

/// The file's key for each wanted key from `at` on; empty if they do not stand there. `sure_until`
/// becomes the last wanted key (an ellipsis) after which several places could be meant.
std::vector<std::size_t> match_from(const Sides& sides, std::size_t at, std::size_t& sure_until) {
  const Keys& file = sides.file;
  const Keys& wanted = sides.wanted;
  std::vector<std::size_t> map(wanted.size(), nowhere);
  std::size_t next = at;
  bool free = false;
  // Nobody leaves out the end of one block and the beginning of another.
  std::size_t block_end = at + 1;
  while (block_end < file.size() && file.indentation[block_end] > file.indentation[at]) ++block_end;
  for (std::size_t w = 0; w < wanted.size(); ++w) {
    if (wanted.ellipsis[w] && (next >= file.size() || file.text[next] != wanted.text[w])) {
      free = true;
      continue;
    }
    std::size_t hit = next;
    if (free) {
      while (hit < file.size() && !run_stands(file, wanted, w, hit)) ++hit;
      // Nor does it lead out of a block that is there.
      if (hit > block_end && block_end > at + 1 && sure_until == nowhere) sure_until = w - 1;
      const std::size_t end = std::max(block_end, hit + 1);
      for (std::size_t other = next; other < std::min(end, file.size()); ++other) {
        const bool stands = run_stands(sides.loose_file, sides.loose_wanted, w, other);
        if (other != hit && stands && sure_until == nowhere) sure_until = w - 1;
      }
      free = false;
    }
    if (hit >= file.size() || file.text[hit] != wanted.text[w]) return {};
    map[w] = hit;
    next = hit + 1;
  }
  return map;
}

/// Blank lines given are those of the file in the same gap, as far as there are some.
void align_blank_lines(const Lines& file, const Lines& wanted, LineAlignment& alignment) {
  std::size_t next = alignment.begin;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    std::size_t& mine = alignment.file_line[i];
    if (mine != nowhere) {
      next = mine + 1;
    } else if (trimmed(wanted[i]).empty() && next < file.size() && trimmed(file[next]).empty()) {
      mine = next++;
    }
  }
  for (const std::size_t line : alignment.file_line) {
    if (line == nowhere) continue;
    alignment.begin = std::min(alignment.begin, line);
    alignment.end = std::max(alignment.end, line + 1);
  }
}

LineAlignment alignment_of(const Keys& file, const Keys& wanted,
                           const std::vector<std::size_t>& map, std::size_t n_wanted_lines) {
  LineAlignment alignment;
  alignment.file_line.assign(n_wanted_lines, nowhere);
  std::size_t first = nowhere;
  std::size_t last = 0;
  for (std::size_t w = 0; w < wanted.size(); ++w) {
    if (map[w] == nowhere) continue;
    const std::size_t line = file.line[map[w]];
    alignment.file_line[wanted.line[w]] = line;
    if (first == nowhere) first = line;
    last = line;
  }
  alignment.begin = first;
  alignment.end = last + 1;
  return alignment;
}

/// The longest common subsequence of wanted keys and the file's [begin, end).
std::vector<std::size_t> common_lines(const Keys& file, const Keys& wanted, std::size_t begin,
                                      std::size_t end) {
  const std::size_t n = wanted.size();
  const std::size_t m = end - begin;
  std::vector<std::vector<unsigned>> longest(n + 1, std::vector<unsigned>(m + 1));
  for (std::size_t x = n; x-- > 0;) {
    for (std::size_t y = m; y-- > 0;) {
      longest[x][y] = wanted.text[x] == file.text[begin + y]
                          ? longest[x + 1][y + 1] + 1
                          : std::max(longest[x + 1][y], longest[x][y + 1]);
    }
  }
  std::vector<std::size_t> map(n, nowhere);
  for (std::size_t x = 0, y = 0; x < n && y < m;) {
    if (wanted.text[x] == file.text[begin + y]) {
      map[x++] = begin + y++;
    } else if (longest[x + 1][y] >= longest[x][y + 1]) {
      ++x;
    } else {
      ++y;
    }
  }
  return map;
}

/// Lines that are in both but in another order are no slip of memory.
bool has_moved_lines(const Keys& file, const Keys& wanted, const std::vector<std::size_t>& map,
                     std::size_t begin, std::size_t end) {
  for (std::size_t w = 0; w < wanted.size(); ++w) {
    if (map[w] != nowhere) continue;
    for (std::size_t f = begin; f < end; ++f) {
      if (file.text[f] == wanted.text[w] && std::ranges::find(map, f) == map.end()) return true;
    }
  }
  return false;
}

/// Places between a first and a last line that are as given, with nearly all lines between.
std::vector<LineAlignment> find_anchored(const Keys& file, const Keys& wanted,
                                         std::size_t n_wanted_lines) {
  constexpr std::size_t least_lines = 4;
  std::vector<LineAlignment> found;
  if (wanted.size() < least_lines) return found;
  const std::size_t slips = std::max<std::size_t>(1, wanted.size() / 5);
  std::size_t free_from = 0;
  for (std::size_t f = 0; f < file.size(); ++f) {
    if (f < free_from || file.text[f] != wanted.text.front()) continue;
    std::vector<std::size_t> best;
    std::size_t best_end = 0;
    std::size_t fewest = slips + 1;
    const std::size_t farthest = std::min(file.size(), f + wanted.size() + slips);
    for (std::size_t e = f + least_lines - 2; e < farthest; ++e) {
      if (file.text[e] != wanted.text.back()) continue;
      auto map = common_lines(file, wanted, f, e + 1);
      const auto n_matched =
          wanted.size() - static_cast<std::size_t>(std::ranges::count(map, nowhere));
      const std::size_t wrong = std::max(wanted.size(), e + 1 - f) - n_matched;
      if (wrong >= fewest || map.front() != f || map.back() != e ||
          has_moved_lines(file, wanted, map, f, e + 1)) {
        continue;
      }
      fewest = wrong;
      best = std::move(map);
      best_end = e + 1;
    }
    if (best.empty()) continue;
    found.push_back(alignment_of(file, wanted, best, n_wanted_lines));
    free_from = best_end;
  }
  return found;
}

}  // namespace

std::string normal_form(std::string_view text, EditMatch match) {
  switch (match) {
    case EditMatch::exact: return std::string(text);
    case EditMatch::trailing_space: {
      while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
      return std::string(text);
    }
    case EditMatch::indentation: return std::string(trimmed(text));
    case EditMatch::spacing: return without_free_spaces(text);
    case EditMatch::quotes:
    case EditMatch::anchored: return without_free_spaces(with_plain_signs(text));
  }
  return std::string(text);
}

std::vector<LineAlignment> find_lines(const Lines& file_lines, const Lines& wanted_lines,
                                      EditMatch match) {
  const bool anchored = match == EditMatch::anchored;
  const Sides sides(file_lines, wanted_lines, match);
  const Keys& file = sides.file;
  const Keys& wanted = sides.wanted;
  std::vector<LineAlignment> found;
  if (wanted.size() == 0 || file.size() == 0) return found;
  if (anchored) {
    found = find_anchored(file, wanted, wanted_lines.size());
  } else {
    // An ellipsis at an end says nothing about where the text begins or ends.
    const auto first = std::ranges::find(wanted.ellipsis, false);
    if (first == wanted.ellipsis.end()) return found;
    const auto w = static_cast<std::size_t>(first - wanted.ellipsis.begin());
    for (std::size_t f = 0; f < file.size(); ++f) {
      if (file.text[f] != wanted.text[w]) continue;
      std::size_t sure_until = nowhere;
      const auto map = match_from(sides, f, sure_until);
      if (map.empty()) continue;
      found.push_back(alignment_of(file, wanted, map, wanted_lines.size()));
      if (sure_until != nowhere) found.back().sure_until = wanted.line[sure_until];
      while (f + 1 < file.size() && file.line[f + 1] < found.back().end) ++f;
    }
  }
  const bool leaves_out = std::ranges::find(wanted.ellipsis, true) != wanted.ellipsis.end();
  if (leaves_out && found.size() == 1) {
    int starts = 0;
    for (std::size_t f = 0; f < file.size(); ++f) {
      starts +=
          run_stands(sides.loose_file, sides.loose_wanted, wanted.ellipsis.front() ? 1 : 0, f);
    }
    found.front().one_of_several = starts > 1;
  }
  for (LineAlignment& alignment : found) align_blank_lines(file_lines, wanted_lines, alignment);
  return found;
}

}  // namespace hearth::agent
