#include "hearth/models/memory_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

namespace hearth::models {
namespace {

constexpr std::uint64_t gib = std::uint64_t{1} << 30;
constexpr std::uint64_t compute_buffers = gib / 2;
constexpr std::uint64_t longest_default = 65536;
constexpr std::uint64_t shortest = 2048;
constexpr std::uint64_t step = 256;
constexpr std::uint64_t most_cells = std::uint64_t{1} << 24;

std::uint64_t less(std::uint64_t bytes, std::uint64_t taken) {
  return bytes > taken ? bytes - taken : 0;
}

std::uint64_t scaled(std::uint64_t bytes, double factor) {
  return static_cast<std::uint64_t>(static_cast<double>(bytes) * factor);
}

/// What is left for KV state where it is scarcest, in bytes of all layers.
std::uint64_t room_for_state(const GgufInfo& model, const FreeMemory& memory) {
  constexpr std::uint64_t no_limit = std::uint64_t{1} << 62;
  const double on_gpus = memory.share_on_gpus;
  const double on_host = 1 - on_gpus;
  const std::uint64_t taken = scaled(model.file_bytes, on_host) + compute_buffers + gib;
  const std::uint64_t host =
      on_host > 0 ? scaled(less(memory.host_bytes, taken), 1 / on_host) : no_limit;
  const std::uint64_t gpus =
      on_gpus > 0 ? scaled(less(memory.gpu_bytes, compute_buffers), 1 / on_gpus) : no_limit;
  return std::min(host, gpus);
}

}  // namespace

std::uint64_t available_memory() {
  std::ifstream file("/proc/meminfo");
  std::string key;
  std::uint64_t kib = 0;
  std::string unit;
  while (file >> key >> kib >> unit) {
    if (key == "MemAvailable:") return kib * 1024;
  }
  return 4 * gib;
}

ContextPlan plan_context(const GgufInfo& model, const FreeMemory& memory) {
  const std::uint64_t trained = model.context_length > 0 ? model.context_length : 4096;
  std::uint64_t n_ctx = std::min(trained, longest_default);
  std::string why = trained <= longest_default
                        ? fmt::format("the model was trained for {} tokens", trained)
                        : fmt::format("the default limit; the model can {} tokens", trained);
  const std::uint64_t left = room_for_state(model, memory);
  if (const std::uint64_t per_token = model.kv_bytes_per_token(); per_token > 0) {
    if (const std::uint64_t fits = left / per_token; fits < n_ctx) {
      n_ctx = fits;
      why = fmt::format("{:.1f} GiB of {} are free for KV state at {} KiB per token",
                        static_cast<double>(left) / static_cast<double>(gib),
                        memory.share_on_gpus > 0 ? "the GPU's memory" : "memory", per_token / 1024);
    }
  }
  n_ctx = std::max(n_ctx / step * step, std::min(shortest, trained));
  return {static_cast<int>(n_ctx), why};
}

int cells_in(std::uint64_t bytes, const GgufInfo& model) {
  const std::uint64_t cells = bytes / model.kv_bytes_per_token() / step * step;
  return static_cast<int>(std::min(cells, most_cells));
}

}  // namespace hearth::models
