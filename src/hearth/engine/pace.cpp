#include "hearth/engine/pace.h"

#include <algorithm>

namespace hearth::engine {
namespace {

constexpr double shortest_piece_ms = 50;
/// With the decode step itself that makes four.
constexpr double piece_in_decodes = 3;
/// For a wide batch where a narrow one is this much dearer.
constexpr double longest_wide_ms = 200;
constexpr double longest_wide_in_decodes = 4;
constexpr double dearer = 1.5;
constexpr double longest_alone_ms = 2000;
/// Fewer rows cost nearly as much as these.
constexpr int smallest_piece = 4;
/// Batches below this say little about the rate.
constexpr int telling_rows = 16;
/// Fewer tokens before a piece cost hardly anything.
constexpr int shallow = 1024;

double blend(double old, double seen) {
  return old > 0 ? 0.7 * old + 0.3 * seen : seen;
}

}  // namespace

Pace::Pace(double tokens_per_ms)
    : tokens_per_ms_(tokens_per_ms), shallow_ms_(tokens_per_ms > 0 ? 1 / tokens_per_ms : 0) {}

void Pace::note_decodes(double ms) {
  decode_ms_ = blend(decode_ms_, std::max(ms, 0.001));
}

void Pace::note_piece(int rows, int decode_rows, int depth, double ms, ReadingRate& rate) {
  ms = std::max(ms, 0.001);
  // What the decodes beside it cost is left out as far as it is known.
  const double own_ms = decode_rows > 0 ? std::max(ms - decode_ms_, ms / 2) : ms;
  const double seen_ms = own_ms / rows;
  const bool wide = rows + decode_rows >= wide_rows;
  double& seen = wide ? rate.wide : rate.narrow;
  seen = blend(seen, seen_ms);
  if (rows < telling_rows) return;
  tokens_per_ms_ = blend(tokens_per_ms_, 1 / seen_ms);
  if (depth < shallow) {
    shallow_ms_ = blend(shallow_ms_, seen_ms);
  } else if (wide) {
    depth_ms_ = blend(depth_ms_, std::max(seen_ms - shallow_ms_, 0.0) / depth);
  }
}

double Pace::wide_ms(const Reading& reading) const {
  if (reading.rate.wide > 0) return reading.rate.wide;
  const double guess = shallow_ms_ + reading.depth * depth_ms_;
  return reading.rate.narrow > 0 && guess > 0 ? std::min(reading.rate.narrow, guess) : guess;
}

double Pace::narrow_ms(const Reading& reading) const {
  return reading.rate.narrow > 0 ? reading.rate.narrow : wide_ms(reading);
}

double Pace::piece_ms() const {
  return std::max(shortest_piece_ms, piece_in_decodes * decode_ms_);
}

int Pace::rows_in(double ms, const Reading& reading, int decode_rows, int largest) const {
  const double wide = wide_ms(reading);
  const double narrow = narrow_ms(reading);
  if (wide <= 0) return std::min(smallest_piece, largest);
  const double tile_ms = wide_rows * wide;
  const double longest = std::max(longest_wide_ms, longest_wide_in_decodes * decode_ms_);
  int rows = static_cast<int>(std::min(ms / wide, 1e6));
  if (ms < tile_ms && narrow > dearer * wide && tile_ms <= longest) rows = wide_rows;
  if (rows >= wide_rows) {
    rows = rows / wide_rows * wide_rows - decode_rows % wide_rows;
  } else {
    rows = std::clamp(static_cast<int>(ms / narrow), smallest_piece, wide_rows - 1);
  }
  return std::min(rows, largest);
}

int Pace::rows_alone(const Reading& reading, int largest) const {
  const double wide = wide_ms(reading);
  if (wide <= 0) return largest;
  const int tiles = static_cast<int>(std::min(longest_alone_ms / wide, 1e6)) / wide_rows;
  return std::min(std::max(tiles, 2) * wide_rows, largest);
}

double Pace::ms_of(int rows, const Reading& reading) const {
  return rows * (rows >= wide_rows ? wide_ms(reading) : narrow_ms(reading));
}

int without_narrow_rest(int missing, int largest) {
  if (missing <= largest) return missing;
  const int rest = missing - largest;
  const bool narrow = rest < Pace::wide_rows && largest >= 2 * Pace::wide_rows;
  return narrow ? missing - Pace::wide_rows : largest;
}

}  // namespace hearth::engine
