#pragma once

#include <cstdint>
#include <ctime>

namespace hearth::cli {

/// `time_ms` (since 1970-01-01 UTC) on the clock of this machine.
inline std::tm local_time(std::int64_t time_ms) {
  const std::time_t seconds = time_ms / 1000;
  std::tm parts{};
  localtime_r(&seconds, &parts);
  return parts;
}

}  // namespace hearth::cli
