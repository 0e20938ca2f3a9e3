#pragma once

#include <vector>

#include "hearth/engine/context.h"

namespace hearth::engine {

/// Positions in `tokens` from which others may want to resume, ascending: where turns begin, and
/// before the last token, so that the same prompt again finds everything; without turns every so
/// many tokens. None for models that resume anywhere.
[[nodiscard]] std::vector<int> choose_resume_points(const Context& context,
                                                    const std::vector<Token>& tokens);

/// At most `budget` of the tokens from `done` on, so that a batch ends where a point is to be kept
/// if that is the only place to keep it: recurrent state is gone with the next batch. On a grid it
/// ends where a block does.
[[nodiscard]] int up_to_resume_point(const Context& context, const std::vector<int>& points,
                                     int done, int budget);

}  // namespace hearth::engine
