#include "hearth/models/byte_size.h"

#include <fmt/format.h>

namespace hearth::models {

std::string file_size_in_words(std::uint64_t bytes) {
  const auto value = static_cast<double>(bytes);
  if (value >= 999.5e6) return fmt::format("{:.1f} GB", value / 1e9);
  if (value >= 999.5e3) return fmt::format("{:.0f} MB", value / 1e6);
  if (bytes >= 1000) return fmt::format("{:.0f} kB", value / 1e3);
  return fmt::format("{} B", bytes);
}

}  // namespace hearth::models
