#pragma once

#include <cstddef>
#include <vector>

#include "hearth/trace/timeline.h"

namespace hearth::trace {

/// How many blocks at the front of each step's prompt a cache of `capacity` blocks can hold, if it
/// knows the future: of all blocks known, it keeps those whose next use is nearest (Belady's MIN,
/// 1966; a block that is not worth keeping is not taken in). Of equal ones the block that stands
/// farther back goes first. Since who asks for a block asks for those before it, what is kept is
/// always whole prefixes.
///
/// No cache of that many blocks in all its tiers together has more hits in total: MIN is optimal
/// for pages of one size, even without the demand for whole prefixes.
[[nodiscard]] std::vector<int> clairvoyant_hits(const Timeline& timeline, std::size_t capacity);

}  // namespace hearth::trace
