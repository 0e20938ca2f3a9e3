#pragma once

#include <cstdint>
#include <memory>

#include "hearth/kv/store.h"

namespace hearth::kv {

/// What a policy may judge an entry by.
struct Worth {
  EntryKind kind = EntryKind::rows;
  int begin = 0;
  int end = 0;  ///< tokens before it and up to its end
  std::uint64_t bytes = 0;
  double last_use = 0;    ///< seconds
  bool left = false;      ///< the conversation goes on elsewhere, from before it
  Token last_token = -1;  ///< the token before `end`
};

/// Says which entries go first when room is needed.
class EvictionPolicy {
 public:
  EvictionPolicy() = default;
  EvictionPolicy(const EvictionPolicy&) = delete;
  EvictionPolicy& operator=(const EvictionPolicy&) = delete;
  virtual ~EvictionPolicy() = default;

  /// The entry with the lowest score goes first. Asked whenever an entry is used; scores given at
  /// different times are compared, so that one must not need to be asked again as time goes by.
  [[nodiscard]] virtual double score(const Worth& worth) const = 0;
};

/// The oldest use goes first: the baseline.
[[nodiscard]] std::unique_ptr<EvictionPolicy> least_recently_used();

/// What it costs to read tokens again: `seconds_per_token` at the front, and `seconds_per_depth`
/// more for each token that stands before it.
struct PrefillCost {
  double seconds_per_token = 1e-3;
  double seconds_per_depth = 0;

  /// Seconds to compute the tokens [begin, end).
  [[nodiscard]] double seconds(int begin, int end) const;
};

/// Seconds of recomputation saved × chance of reuse ÷ bytes. The chance halves with every
/// `half_life` seconds without a use, and is small where a conversation was left; its logarithm is
/// linear in the time of the last use, so that scores of different times compare. How often an
/// entry was used is no part of it: in recorded traffic that kept the heads of conversations that
/// were over, at the cost of the tails of live ones (docs/benchmarks.md).
[[nodiscard]] std::unique_ptr<EvictionPolicy> by_value(PrefillCost cost, double half_life = 600);

}  // namespace hearth::kv
