#pragma once

#include <deque>
#include <string>
#include <string_view>

namespace hearth::agent {

/// Notices a model that does the same again and again: the same call with the same result (after
/// `normalised_output`) more than five times within its last ten steps.
class LoopDetector {
 public:
  enum class Verdict {
    fine,
    warn,  ///< the first time: the model is told
    stop,  ///< it went on after it was told
  };

  Verdict note(std::string_view tool, std::string_view arguments, std::string_view result);
  /// The last two steps were the same.
  [[nodiscard]] bool repeated() const;

 private:
  std::deque<std::size_t> steps_;
  bool warned_ = false;
};

}  // namespace hearth::agent
