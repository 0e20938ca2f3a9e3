#pragma once

namespace hearth::engine {

/// When the prompt that needs most gets its next piece while others are at work. Each of its pieces
/// is followed by time for the others, so that it keeps a share, and is not read in pieces so small
/// that they cost more than they bring.
class Turns {
 public:
  /// `share`: of the time, that the longest prompt gets at least; 0 to 1.
  explicit Turns(double share) : share_(share) {}

  /// Who is there besides it.
  enum class Others {
    nobody,
    writing,  ///< answers that have begun some time ago
    waiting,  ///< shorter prompts, answers that just begin: they go first, but not for ever
  };
  [[nodiscard]] bool longest_is_next(Others others) const;

  /// It has got a piece, which took `ms`.
  void note_longest(double ms);
  /// A batch without it took `ms`.
  void note_others(double ms);
  /// Its piece was broken off for an arrival.
  void note_broken_off();
  /// Whether an arrival may break its piece off: not twice in a row, else it would starve.
  [[nodiscard]] bool may_break_off() const;

 private:
  [[nodiscard]] bool owed_much() const;

  double share_;
  double owed_ms_ = 0;     ///< that the longest has waited for beyond its share
  double longest_ms_ = 0;  ///< of its last piece
  double others_ms_ = 0;   ///< since then
  bool broken_off_ = false;
};

}  // namespace hearth::engine
