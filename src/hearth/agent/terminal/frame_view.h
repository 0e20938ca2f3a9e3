#pragma once

#include <functional>
#include <vector>

#include "hearth/agent/terminal/live_region.h"
#include "hearth/agent/terminal/prompt.h"
#include "hearth/agent/terminal/theme.h"

namespace hearth::agent {

/// What a frame is made of, from top to bottom.
struct FrameParts {
  /// The last lines of what still changes, at most so many.
  std::function<std::vector<StyledLine>(std::size_t most)> moving;
  std::vector<StyledLine> notes;  ///< what goes on, what waits, what is asked
  EditedLines edited;             ///< the place to write, or to choose
  std::vector<StyledLine> below;  ///< suggestions, or the status line
};

/// The parts one below the other, on a screen of this size; if it is too low for them, the lower
/// ones.
Frame framed(const FrameParts& parts, const Theme& theme, ScreenSize size);

}  // namespace hearth::agent
