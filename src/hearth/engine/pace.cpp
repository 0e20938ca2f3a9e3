#include "hearth/engine/pace.h"

#include <algorithm>

namespace hearth::engine {
namespace {

constexpr double piece_ms = 50;
constexpr double piece_in_decodes = 1.5;
/// Fewer rows cost as much as these.
constexpr int smallest_piece = 8;
/// Batches below this say little about the rate.
constexpr int telling_rows = 16;

double blend(double old, double seen) {
  return old > 0 ? 0.7 * old + 0.3 * seen : seen;
}

}  // namespace

void Pace::note(int prefill_rows, int decode_rows, double ms) {
  ms = std::max(ms, 0.001);
  if (prefill_rows == 0 && decode_rows > 0) {
    decode_ms_ = blend(decode_ms_, ms);
    return;
  }
  if (prefill_rows < telling_rows) return;
  // What the decodes beside it cost is left out as far as it is known.
  const double own_ms = decode_rows > 0 ? std::max(ms - decode_ms_, ms / 2) : ms;
  tokens_per_ms_ = blend(tokens_per_ms_, prefill_rows / own_ms);
}

int Pace::prefill_rows(Company company, int largest) const {
  if (company == Company::nobody) return largest;
  double ms = piece_ms;
  if (company == Company::decoding && decode_ms_ > 0) ms = piece_in_decodes * decode_ms_;
  const int rows = static_cast<int>(tokens_per_ms_ * ms);
  return std::clamp(rows, std::min(smallest_piece, largest), largest);
}

}  // namespace hearth::engine
