#pragma once

#include <chrono>
#include <cstdint>

namespace hearth {

/// The one clock for durations.
using Clock = std::chrono::steady_clock;

inline double ms_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

inline double ms_since(Clock::time_point from) {
  return ms_between(from, Clock::now());
}

/// Wall-clock time for records: milliseconds since 1970-01-01 UTC.
inline std::int64_t unix_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace hearth
