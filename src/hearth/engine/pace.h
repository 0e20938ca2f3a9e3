#pragma once

namespace hearth::engine {

/// How fast this model computes here, and how large a piece of prefill may be so that nobody waits
/// for it.
class Pace {
 public:
  /// `tokens_per_ms`: the prefill rate to begin with; 0 if unknown.
  explicit Pace(double tokens_per_ms) : tokens_per_ms_(tokens_per_ms) {}

  /// A batch of so many rows of each kind took `ms`.
  void note(int prefill_rows, int decode_rows, double ms);

  /// Who else is there while a prefill goes on.
  enum class Company {
    nobody,    ///< and for some seconds nobody came
    expected,  ///< others came just now, or wait, or read their prompts
    decoding,  ///< somebody's answer is being written
  };
  /// Rows of prefill in the next batch, at most `largest`.
  /// With company a piece takes 50 ms, or while answers are written one and a half decode steps, so
  /// that their tokens come at no less than two fifths of their rate. REQUIRES: largest > 0.
  [[nodiscard]] int prefill_rows(Company company, int largest) const;

  [[nodiscard]] double tokens_per_ms() const { return tokens_per_ms_; }

 private:
  double tokens_per_ms_;
  double decode_ms_ = 0;  ///< of a batch of decodes alone; 0: none seen
};

}  // namespace hearth::engine
