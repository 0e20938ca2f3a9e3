#pragma once

#include <cstdint>
#include <memory>

#include "hearth/trace/timeline.h"

namespace hearth::trace {

enum class Policy {
  value,   ///< what Hearth does: kv::by_value
  lru,     ///< the baseline: kv::least_recently_used
  belady,  ///< knows the future; see clairvoyant.h
};

struct SimulationOptions {
  Policy policy = Policy::value;
  /// What is kept between requests; what a running request needs comes on top of the device's.
  std::uint64_t device_bytes = 0;
  std::uint64_t host_bytes = 0;
  std::uint64_t disk_bytes = 0;
  std::uint64_t bytes_per_token = 0;
  double prefill_tokens_per_second = 500;
  double host_bytes_per_second = 5e9;
  double disk_bytes_per_second = 1e9;
};

/// Tokens count as follows. *Prompt*: all of them, the part of the last block that has no hash
/// included. *Fresh*: those of blocks that the session did not have before; an answer's tokens are
/// fresh where they come back in a prompt, since blocks do not tell who wrote them. *Hit*: those of
/// the blocks that the cache had. *Computed*: the others.
struct Outcome {
  std::int64_t requests = 0;
  std::int64_t prompt_tokens = 0;
  std::int64_t fresh_tokens = 0;
  std::int64_t hit_device_tokens = 0;
  std::int64_t hit_host_tokens = 0;
  std::int64_t hit_disk_tokens = 0;
  std::uint64_t written_bytes = 0;  ///< to disk
  std::uint64_t evicted_entries = 0;
  /// Reading what is computed and bringing back what is not on the device, without a queue.
  struct Seconds {
    double p50 = 0;
    double p90 = 0;
    double p99 = 0;
  };
  Seconds ttft;

  [[nodiscard]] std::int64_t hit_tokens() const {
    return hit_device_tokens + hit_host_tokens + hit_disk_tokens;
  }
  [[nodiscard]] std::int64_t computed_tokens() const { return prompt_tokens - hit_tokens(); }
  [[nodiscard]] double recompute_ratio() const {
    return fresh_tokens > 0
               ? static_cast<double>(computed_tokens()) / static_cast<double>(fresh_tokens)
               : 1;
  }
};

/// Plays `timeline` against a cache. `value` and `lru` run the code of kv/ that the server runs,
/// over a device without a model, with one token for each block. REQUIRES: bytes_per_token > 0.
[[nodiscard]] Outcome simulate(const Timeline& timeline, const SimulationOptions& options);

}  // namespace hearth::trace
