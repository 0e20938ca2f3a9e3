#pragma once

#include <vector>

#include "hearth/agent/terminal/styled_text.h"

namespace hearth::agent {

/// Rows of cells, the first the heading, in columns that fit into `columns` together. Cells that
/// are too long are broken over several lines.
std::vector<StyledLine> table_lines(const std::vector<std::vector<StyledLine>>& rows, int columns);

}  // namespace hearth::agent
