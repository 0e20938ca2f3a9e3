#pragma once

#include <mutex>

#include "hearth/base/clock.h"

namespace hearth::provider {

/// A circuit breaker: after a few failures in a row a provider is left alone for a while, twice as
/// long each time that the try after it fails, too. Thread-safe.
class Health {
 public:
  static constexpr int failures_to_rest = 3;
  static constexpr std::chrono::seconds first_rest{10};
  static constexpr std::chrono::seconds longest_rest{120};

  /// True while the provider is to be left alone, where there is another one.
  [[nodiscard]] bool resting(Clock::time_point now) const;
  void succeeded();
  void failed(Clock::time_point now);

 private:
  mutable std::mutex mutex_;
  int failures_ = 0;
  std::chrono::seconds rest_{0};
  Clock::time_point until_{};
};

}  // namespace hearth::provider
