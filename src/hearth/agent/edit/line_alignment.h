#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "hearth/agent/edit/fuzzy_edit.h"

namespace hearth::agent {

/// A file's or a string's lines, without their ends.
using Lines = std::vector<std::string_view>;

/// Where in a file the lines that a model gave are.
struct LineAlignment {
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  std::size_t begin = 0;  ///< the file's lines [begin, end)
  std::size_t end = 0;
  /// For each line given, the file's; `none` for an ellipsis, a blank line that the file has not,
  /// or (anchored) a misremembered one.
  std::vector<std::size_t> file_line;
  /// Of the lines given, those from here on could also stand elsewhere: an ellipsis before them
  /// may end at several places.
  std::size_t sure_until = none;
  /// What stands before the first ellipsis stands elsewhere, too.
  bool one_of_several = false;
};

/// All places where `wanted` stands line by line, as `match` (exact excepted) overlooks what
/// differs. Ellipsis lines in `wanted` stand for any number of lines. Places do not overlap.
std::vector<LineAlignment> find_lines(const Lines& file, const Lines& wanted, EditMatch match);

/// Typographic signs as the plain ones that stand in source code, and one kind of quotation mark.
std::string with_plain_signs(std::string_view text);

/// `text` without what `match` overlooks.
std::string normal_form(std::string_view text, EditMatch match);

}  // namespace hearth::agent
