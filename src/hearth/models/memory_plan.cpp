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

ContextPlan plan_context(const GgufInfo& model, std::uint64_t memory_bytes) {
  const std::uint64_t trained = model.context_length > 0 ? model.context_length : 4096;
  std::uint64_t n_ctx = std::min(trained, longest_default);
  std::string why = trained <= longest_default
                        ? fmt::format("the model was trained for {} tokens", trained)
                        : fmt::format("the default limit; the model can {} tokens", trained);
  const std::uint64_t taken = model.file_bytes + compute_buffers + gib;
  const std::uint64_t left = memory_bytes > taken ? memory_bytes - taken : 0;
  if (const std::uint64_t per_token = model.kv_bytes_per_token(); per_token > 0) {
    if (const std::uint64_t fits = left / per_token; fits < n_ctx) {
      n_ctx = fits;
      why = fmt::format("{:.1f} GiB of memory are free for KV state at {} KiB per token",
                        static_cast<double>(left) / static_cast<double>(gib), per_token / 1024);
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
