#pragma once

#include <string_view>
#include <vector>

#include "hearth/agent/terminal/styled_text.h"

namespace hearth::agent {

/// Source code with its keywords, strings, numbers and comments marked, a line each. `language` is
/// what a code block is labelled with ("python", "ts", …); one that is not known, and the empty
/// one, gives plain lines.
std::vector<StyledLine> highlighted(std::string_view code, std::string_view language);

}  // namespace hearth::agent
