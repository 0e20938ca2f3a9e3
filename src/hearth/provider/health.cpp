#include "hearth/provider/health.h"

#include <algorithm>

namespace hearth::provider {

bool Health::resting(Clock::time_point now) const {
  const std::lock_guard lock(mutex_);
  return now < until_;
}

void Health::succeeded() {
  const std::lock_guard lock(mutex_);
  failures_ = 0;
  rest_ = std::chrono::seconds(0);
  until_ = {};
}

void Health::failed(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (++failures_ < failures_to_rest || now < until_) return;
  rest_ = std::clamp(rest_ * 2, first_rest, longest_rest);
  until_ = now + rest_;
}

}  // namespace hearth::provider
