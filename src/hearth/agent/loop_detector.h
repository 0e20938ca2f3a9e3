#pragma once

#include <deque>
#include <set>
#include <string>
#include <string_view>

namespace hearth::agent {

/// What the model is told on Verdict::warn, behind the result.
inline constexpr std::string_view loop_warning =
    "\nYou have made this call with this result several times. Do something else, or stop and say "
    "what is in the way.";

/// Notices a model that does the same again and again: the same call with the same result (after
/// `normalised_output`) more than five times within its last ten steps.
class LoopDetector {
 public:
  enum class Verdict {
    fine,
    warn,  ///< the first time: `loop_warning`
    stop,  ///< it went on after it was told
  };

  struct Step {
    std::string_view tool;
    std::string_view arguments;
    std::string_view result;
    bool is_error = false;
    bool only_looks = false;  ///< changes nothing: made again, it can say nothing else
  };

  Verdict note(const Step& step);
  /// Tools that have nothing more to give: the last steps have the same call with the same result
  /// twice (of one that may change something, in a row), and none was new since.
  [[nodiscard]] const std::set<std::string>& exhausted() const { return exhausted_; }

 private:
  std::deque<std::size_t> steps_;
  std::set<std::string> exhausted_;
  bool warned_ = false;
};

}  // namespace hearth::agent
