#include "hearth/engine/probabilities.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

namespace hearth::engine {

chat::SampledToken probabilities(const Weights& weights, const float* logits, Token chosen,
                                 int n_top) {
  const int n_vocab = weights.n_vocab();
  const double largest = *std::max_element(logits, logits + n_vocab);
  double sum = 0;
  for (int i = 0; i < n_vocab; ++i) sum += std::exp(static_cast<double>(logits[i]) - largest);
  const double log_sum = largest + std::log(sum);
  const auto describe = [&](Token token) {
    return chat::TokenProbability{token, weights.piece(token, Weights::Special::as_tokens),
                                  logits[token] - log_sum};
  };
  chat::SampledToken sampled;
  sampled.chosen = describe(chosen);
  if (n_top <= 0) return sampled;
  std::vector<Token> order(static_cast<std::size_t>(n_vocab));
  std::iota(order.begin(), order.end(), 0);
  const auto end_of_top = order.begin() + std::min(n_top, n_vocab);
  std::ranges::partial_sort(order, end_of_top, std::greater{},
                            [logits](Token token) { return logits[token]; });
  std::transform(order.begin(), end_of_top, std::back_inserter(sampled.top), describe);
  return sampled;
}

void TokenAligner::add(std::vector<chat::SampledToken> tokens) {
  for (chat::SampledToken& token : tokens) {
    text_ += token.chosen.text;
    tokens_.push_back(std::move(token));
  }
}

std::vector<chat::SampledToken> TokenAligner::take(std::string_view text) {
  const std::size_t from = text_.find(text);
  if (tokens_.empty() || text.empty() || from == std::string::npos) return {};
  const std::size_t to = from + text.size();
  std::vector<chat::SampledToken> taken;
  std::size_t at = 0;
  std::size_t n_over = 0;
  for (chat::SampledToken& token : tokens_) {
    if (at >= to) break;
    const std::size_t end = at + token.chosen.text.size();
    if (end > from) taken.push_back(std::move(token));
    at = end;
    ++n_over;
  }
  tokens_.erase(tokens_.begin(), tokens_.begin() + static_cast<std::ptrdiff_t>(n_over));
  text_.erase(0, at);
  return taken;
}

}  // namespace hearth::engine
