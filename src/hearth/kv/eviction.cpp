#include "hearth/kv/eviction.h"

#include <algorithm>
#include <cmath>

namespace hearth::kv {
namespace {

/// A conversation that was left is as likely to be wanted as one that nobody used for an hour
/// longer: at the default half-life.
constexpr double log2_chance_when_left = -6;

class LeastRecentlyUsed final : public EvictionPolicy {
 public:
  [[nodiscard]] double score(const Worth& worth) const override { return worth.last_use; }
};

class ByValue final : public EvictionPolicy {
 public:
  ByValue(PrefillCost cost, double half_life) : cost_(cost), half_life_(half_life) {}

  [[nodiscard]] double score(const Worth& worth) const override {
    // A point saves what lies between it and the one before; how far that is, is not known here. A
    // message is a fair guess.
    constexpr int tokens_of_point = 512;
    const int begin =
        worth.kind == EntryKind::rows ? worth.begin : std::max(worth.end - tokens_of_point, 0);
    const double saved = cost_.seconds(begin, std::max(worth.end, begin + 1));
    const double per_byte = saved / static_cast<double>(std::max<std::uint64_t>(worth.bytes, 1));
    const double left = worth.left ? log2_chance_when_left : 0;
    return worth.last_use + half_life_ * (std::log2(per_byte) + left);
  }

 private:
  PrefillCost cost_;
  double half_life_;
};

}  // namespace

double PrefillCost::seconds(int begin, int end) const {
  const double n = end - begin;
  return n * (seconds_per_token + seconds_per_depth * (begin + n / 2));
}

std::unique_ptr<EvictionPolicy> least_recently_used() {
  return std::make_unique<LeastRecentlyUsed>();
}

std::unique_ptr<EvictionPolicy> by_value(PrefillCost cost, double half_life) {
  return std::make_unique<ByValue>(cost, half_life);
}

}  // namespace hearth::kv
