#include "hearth/agent/loop_detector.h"

#include <algorithm>
#include <functional>

#include "hearth/agent/plain_text.h"

namespace hearth::agent {

LoopDetector::Verdict LoopDetector::note(std::string_view tool, std::string_view arguments,
                                         std::string_view result) {
  constexpr std::size_t window = 10;
  constexpr std::ptrdiff_t allowed = 5;
  std::string step(tool);
  step += '\0';
  step += arguments;
  step += '\0';
  step += normalised_output(result);
  const std::size_t key = std::hash<std::string>{}(step);
  steps_.push_back(key);
  if (steps_.size() > window) steps_.pop_front();
  if (std::ranges::count(steps_, key) <= allowed) return Verdict::fine;
  if (warned_) return Verdict::stop;
  warned_ = true;
  return Verdict::warn;
}

bool LoopDetector::repeated() const {
  return steps_.size() >= 2 && steps_.back() == steps_[steps_.size() - 2];
}

}  // namespace hearth::agent
