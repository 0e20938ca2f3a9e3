#include "hearth/engine/turns.h"

#include <algorithm>

namespace hearth::engine {
namespace {

/// Time for answers, in pieces of the longest.
constexpr double for_writing = 0.5;
/// So much may be owed before the longest goes on although somebody waits.
constexpr double most_owed_ms = 500;
/// What was owed long ago is not made up for.
constexpr double remembered_ms = 2 * most_owed_ms;

}  // namespace

bool Turns::owed_much() const {
  return share_ > 0 && owed_ms_ > most_owed_ms;
}

bool Turns::longest_is_next(Others others) const {
  switch (others) {
    case Others::nobody: return true;
    case Others::writing: return owed_much() || others_ms_ >= for_writing * longest_ms_;
    case Others::waiting: return owed_much();
  }
  return true;
}

void Turns::note_longest(double ms) {
  longest_ms_ = ms;
  others_ms_ = 0;
  owed_ms_ = std::max(owed_ms_ - (1 - share_) * ms, 0.0);
  broken_off_ = false;
}

void Turns::note_others(double ms) {
  others_ms_ += ms;
  owed_ms_ = std::min(owed_ms_ + share_ * ms, remembered_ms);
}

void Turns::note_broken_off() {
  others_ms_ = 0;
  broken_off_ = true;
}

bool Turns::may_break_off() const {
  return !broken_off_ && !owed_much();
}

}  // namespace hearth::engine
