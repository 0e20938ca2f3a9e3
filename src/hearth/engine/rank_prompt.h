#pragma once

#include <string_view>
#include <vector>

#include "hearth/engine/weights.h"

namespace hearth::engine {

/// What a model that ranks reads of a question and a document: its file's own form where it has one
/// (a chat template of the name "rerank"), else both in a row, with the tokens between them that
/// its vocabulary puts there. Marks written out in either are text.
std::vector<Token> rank_prompt(const Weights& weights, std::string_view query,
                               std::string_view document);

}  // namespace hearth::engine
