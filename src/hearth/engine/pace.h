#pragma once

namespace hearth::engine {

/// How long the prompt of one request takes to read just now, in ms per token; 0: not seen yet.
/// It grows with the tokens before, so each request has its own.
struct ReadingRate {
  double wide = 0;    ///< in batches of Pace::wide_rows and more
  double narrow = 0;  ///< in smaller ones
};

/// What is read next: how fast it goes, and behind how many tokens.
struct Reading {
  ReadingRate rate = {};
  int depth = 0;
};

/// How fast this model computes here, and how large a piece of a prompt may be so that nobody waits
/// for it for long.
class Pace {
 public:
  /// On a CPU attention works on tiles of so many rows. Behind many tokens a batch with fewer rows
  /// costs as much as one with three times as many, and one row more as much as a tile.
  static constexpr int wide_rows = 64;

  /// `tokens_per_ms`: the prefill rate to begin with; 0 if unknown.
  explicit Pace(double tokens_per_ms);

  /// A batch of decodes alone took `ms`.
  void note_decodes(double ms);
  /// A batch with `rows` of one prompt, behind `depth` tokens, and perhaps decodes, took `ms`.
  void note_piece(int rows, int decode_rows, int depth, double ms, ReadingRate& rate);

  /// How long a piece may take while others are there: 50 ms or three decode steps.
  [[nodiscard]] double piece_ms() const;
  /// Rows of a piece that takes `ms`, in a batch with `decode_rows`; at most `largest`. It takes
  /// longer where wide batches are much cheaper and hold nobody up for 200 ms, or four decode
  /// steps. REQUIRES: largest > 0.
  [[nodiscard]] int rows_in(double ms, const Reading& reading, int decode_rows, int largest) const;
  /// Rows of a piece that nobody waits for, at most `largest`: a cancelled one is lost, so that it
  /// takes two seconds at most, as long as it is not narrow.
  [[nodiscard]] int rows_alone(const Reading& reading, int largest) const;
  /// What `rows` take, in ms.
  [[nodiscard]] double ms_of(int rows, const Reading& reading) const;

  /// Of all prompts, lately.
  [[nodiscard]] double tokens_per_ms() const { return tokens_per_ms_; }

 private:
  [[nodiscard]] double wide_ms(const Reading& reading) const;
  [[nodiscard]] double narrow_ms(const Reading& reading) const;

  double tokens_per_ms_;
  double shallow_ms_;     ///< of a token with few before it
  double depth_ms_ = 0;   ///< what each token before it adds
  double decode_ms_ = 0;  ///< of a batch of decodes alone; 0: none seen
};

/// So many of `missing` tokens are read next, at most `largest`, that what is left is not less than
/// a wide batch.
[[nodiscard]] int without_narrow_rest(int missing, int largest);

}  // namespace hearth::engine
