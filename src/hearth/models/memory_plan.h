#pragma once

#include <cstdint>
#include <string>

#include "hearth/models/gguf.h"

namespace hearth::models {

/// Memory that this machine can still give, in bytes (MemAvailable of /proc/meminfo).
std::uint64_t available_memory();

struct ContextPlan {
  int n_ctx = 0;
  std::string why;  ///< which of the limits decided, in words
};

/// The context to use when none is asked for: the smallest of the trained length, 65,536 and what
/// `memory_bytes` leaves after the weights, compute buffers and 1 GiB for everything else; a
/// multiple of 256, at least 2,048.
ContextPlan plan_context(const GgufInfo& model, std::uint64_t memory_bytes);

/// The smallest pool.
constexpr int fewest_cells = 256;

/// How many tokens' KV state `bytes` hold, every layer counted as full attention: where some are
/// not, less is used. A multiple of 256. REQUIRES: the model has KV state.
int cells_in(std::uint64_t bytes, const GgufInfo& model);

}  // namespace hearth::models
