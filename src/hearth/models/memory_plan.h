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

/// Where the KV state of a model's layers may lie. Those on GPUs keep theirs there.
struct FreeMemory {
  std::uint64_t host_bytes = 0;  ///< before the weights are read into it
  std::uint64_t gpu_bytes = 0;   ///< beside the weights
  double share_on_gpus = 0;      ///< of the layers
};

/// The context to use when none is asked for: the smallest of the trained length, 65,536 and what
/// `memory` leaves after compute buffers and, on the host, the weights and 1 GiB for everything
/// else; a multiple of 256, at least 2,048.
ContextPlan plan_context(const GgufInfo& model, const FreeMemory& memory);

/// The smallest pool.
constexpr int fewest_cells = 256;

/// How many tokens' KV state `bytes` hold, every layer counted as full attention: where some are
/// not, less is used. A multiple of 256. REQUIRES: the model has KV state.
int cells_in(std::uint64_t bytes, const GgufInfo& model);

}  // namespace hearth::models
