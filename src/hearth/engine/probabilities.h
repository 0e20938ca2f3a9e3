#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hearth/chat/event.h"
#include "hearth/engine/weights.h"

namespace hearth::engine {

/// `logits`: a row of Weights::n_vocab() values. The log-probabilities are the model's own: before
/// temperature, grammar and the like. `top` gets the `n_top` likeliest.
chat::SampledToken probabilities(const Weights& weights, const float* logits, Token chosen,
                                 int n_top);

/// Tells which tokens a parser's text was made of: of what it is given, in order, the part that is
/// that text; what comes before (thoughts, marks of the format) belongs to no text.
class TokenAligner {
 public:
  void add(std::vector<chat::SampledToken> tokens);
  [[nodiscard]] std::vector<chat::SampledToken> take(std::string_view text);

 private:
  std::vector<chat::SampledToken> tokens_;
  std::string text_;  ///< of tokens_
};

}  // namespace hearth::engine
