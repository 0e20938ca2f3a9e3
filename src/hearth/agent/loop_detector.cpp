#include "hearth/agent/loop_detector.h"

#include <algorithm>
#include <functional>

#include "hearth/agent/plain_text.h"

namespace hearth::agent {

LoopDetector::Verdict LoopDetector::note(const Step& step) {
  constexpr std::size_t window = 10;
  constexpr std::ptrdiff_t allowed = 5;
  std::string text(step.tool);
  text += '\0';
  text += step.arguments;
  text += '\0';
  text += normalised_output(step.result);
  const std::size_t key = std::hash<std::string>{}(text);
  const bool in_a_row = !steps_.empty() && steps_.back() == key;
  steps_.push_back(key);
  if (steps_.size() > window) steps_.pop_front();
  const std::ptrdiff_t times = std::ranges::count(steps_, key);
  if (times > 1 && (step.only_looks || in_a_row)) exhausted_.emplace(step.tool);
  if (times == 1 && !step.is_error) exhausted_.clear();
  if (times <= allowed) return Verdict::fine;
  if (warned_) return Verdict::stop;
  warned_ = true;
  return Verdict::warn;
}

}  // namespace hearth::agent
