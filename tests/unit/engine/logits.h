#pragma once

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "hearth/engine/context.h"

namespace hearth::engine {

using Logits = std::vector<float>;

/// Computes `tokens` at the end of a sequence of `length` tokens; the logits behind the last.
/// Empty if the engine refused.
inline Logits compute(Context& context, kv::SequenceId sequence, int length, kv::TokenSpan tokens) {
  std::vector<Context::Row> rows;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    rows.push_back({tokens[i], length + static_cast<int>(i), sequence, i + 1 == tokens.size()});
  }
  if (context.decode(rows) != Context::Outcome::done) return {};
  const float* const logits = context.logits(static_cast<int>(rows.size()) - 1);
  return {logits, logits + context.weights().n_vocab()};
}

inline std::size_t top(const Logits& logits) {
  return static_cast<std::size_t>(std::ranges::max_element(logits) - logits.begin());
}

/// The largest difference, in units of the logits' own standard deviation: two ways to compute the
/// same thing differ by some hundredths, another prefix by much more.
inline double distance(const Logits& a, const Logits& b) {
  if (a.empty() || a.size() != b.size()) return INFINITY;
  double mean = 0;
  for (const float value : a) mean += value;
  mean /= static_cast<double>(a.size());
  double variance = 0;
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    variance += (a[i] - mean) * (a[i] - mean);
    const double difference = std::abs(a[i] - b[i]);
    if (!std::isfinite(difference)) return INFINITY;
    largest = std::max(largest, difference);
  }
  return largest / std::sqrt(variance / static_cast<double>(a.size()));
}

inline std::vector<Token> random_tokens(const Weights& weights, std::mt19937& random, int n) {
  std::vector<Token> tokens;
  const auto n_vocab = static_cast<unsigned>(weights.n_vocab());
  for (int i = 0; i < n; ++i) tokens.push_back(static_cast<Token>(random() % n_vocab));
  return tokens;
}

}  // namespace hearth::engine
