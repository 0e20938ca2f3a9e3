#pragma once

#include <string>
#include <vector>

#include "hearth/engine/prompt.h"

namespace hearth::engine {

/// What stands around a gap that a model is to fill, besides the text before it.
struct Infill {
  struct Snippet {
    std::string filename;
    std::string text;
  };
  std::string suffix;
  std::vector<Snippet> others;  ///< of other files, the least important first
};

/// `before` and `infill` in the order in which models are trained on them (prefix, suffix, middle;
/// other files in front, each behind its name). Error: invalid_request for a model without tokens
/// that mark a gap.
Result<Prompt> infill_prompt(const Weights& weights, const Infill& infill, Prompt before);

}  // namespace hearth::engine
