#pragma once

#include <vector>

#include "hearth/kv/token.h"

namespace hearth::kv {

/// The whole blocks of `grid` tokens that `tokens` begins with, each made one piece: its first
/// token is xored with a hash of the others. So two sequences part where the block begins in which
/// they differ, and what one of them computed in that block never stands for the other. Blocks are
/// equal exactly if their tokens are: those behind the first are as they were. Applied again it
/// gives the tokens back. Cost: O(tokens).
[[nodiscard]] std::vector<Token> bound_blocks(TokenSpan tokens, int grid);

}  // namespace hearth::kv
