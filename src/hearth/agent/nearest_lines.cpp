#include "hearth/agent/nearest_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

#include "hearth/agent/plain_text.h"

namespace hearth::agent {
namespace {

using Bigrams = std::multiset<std::string_view>;

Bigrams bigrams_of(std::string_view line) {
  Bigrams pairs;
  for (std::size_t i = 0; i + 1 < line.size(); ++i) pairs.insert(line.substr(i, 2));
  return pairs;
}

/// Dice's coefficient over pairs of characters: 1 for equal lines, 0 for nothing in common.
double likeness(std::string_view a, const Bigrams& a_pairs, std::string_view b) {
  if (a == b) return 1;
  const Bigrams b_pairs = bigrams_of(b);
  if (a_pairs.empty() || b_pairs.empty()) return 0;
  std::vector<std::string_view> both;
  std::ranges::set_intersection(a_pairs, b_pairs, std::back_inserter(both));
  return 2.0 * static_cast<double>(both.size()) /
         static_cast<double>(a_pairs.size() + b_pairs.size());
}

}  // namespace

std::string nearest_lines(std::string_view content, std::string_view wanted) {
  constexpr std::size_t max_lines = 20000;
  constexpr double too_different = 0.4;
  auto lines = lines_of(content);
  const auto wanted_lines = lines_of(wanted);
  std::string_view key;
  for (const std::string_view line : wanted_lines) {
    if (trimmed(line).size() > key.size()) key = trimmed(line);
  }
  if (lines.size() > max_lines) lines.resize(max_lines);
  const Bigrams key_pairs = bigrams_of(key);
  std::size_t best = 0;
  double best_likeness = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const double value = likeness(key, key_pairs, trimmed(lines[i]));
    if (value > best_likeness) {
      best_likeness = value;
      best = i;
    }
  }
  if (best_likeness < too_different) return {};
  const std::size_t around = std::min<std::size_t>(wanted_lines.size() + 1, 8);
  std::string text;
  for (std::size_t i = best - std::min(best, around); i < std::min(lines.size(), best + around + 1);
       ++i) {
    text += fmt::format("{}\t{}\n", i + 1, lines[i]);
  }
  return text;
}

}  // namespace hearth::agent
