#pragma once

#include <string_view>
#include <vector>

#include "hearth/agent/terminal/styled_text.h"

namespace hearth::agent {

/// From this width on a diff is shown side by side.
constexpr int side_by_side_columns = 120;

/// A unified diff with line numbers: one column, or before and after side by side where `columns`
/// allows. Each line is at most `columns` wide. `diff` has no terminal escapes.
std::vector<StyledLine> diff_lines(std::string_view diff, int columns);

}  // namespace hearth::agent
