#pragma once

#include <cstdint>
#include <limits>

#include "hearth/kv/blob.h"
#include "hearth/kv/token.h"

namespace hearth::kv {

/// A sequence of the model's context, 0 to n_sequences() - 1.
using SequenceId = int;

/// From which positions of a stored sequence a model can continue.
enum class ResumePoints {
  any_position,  ///< full attention: whatever comes after can be cut off
  window,        ///< sliding windows: where a point was kept, and as far back as the window reaches
  state,         ///< recurrent state: where a point was kept, and where the sequence ends now
};

/// The model's KV state as kv/ sees it: sequences of cells in one pool, without a word about the
/// library behind it, so that the same cache runs in tests and simulations without a model.
///
/// A sequence has *rows*, one for each token, in the layers that remember everything; they move in
/// any ranges. What the other layers (windows, recurrent state) hold at a position is a *point*,
/// and moves as a whole. A model of full attention has no points.
///
/// Positions count tokens from 0. Owned by one thread (the engine's).
class StateDevice {
 public:
  StateDevice() = default;
  StateDevice(const StateDevice&) = delete;
  StateDevice& operator=(const StateDevice&) = delete;
  virtual ~StateDevice() = default;

  [[nodiscard]] virtual int n_sequences() const = 0;
  /// Tokens that the pool holds over all sequences; a cell shared by several counts once.
  [[nodiscard]] virtual int n_cells() const = 0;
  [[nodiscard]] virtual ResumePoints resume_points() const = 0;
  /// About how many bytes the rows of one token take.
  [[nodiscard]] virtual std::uint64_t row_bytes() const = 0;

  /// Forgets positions [from, end) of `sequence`. False if the device cannot (the sequence is then
  /// empty). REQUIRES: resume_points() is any_position, or `from` is 0.
  virtual bool trim(SequenceId sequence, int from) = 0;
  /// Makes `to` the first `length` positions of `from`, sharing the cells. What `to` held is gone.
  /// But for any_position, a point must be restored into `to` before it is continued.
  virtual void copy(SequenceId from, SequenceId to, int length) = 0;

  /// How many rows save_rows can be asked for at once.
  [[nodiscard]] virtual int most_rows() const { return std::numeric_limits<int>::max(); }
  /// The rows of [from, to). Null if they could not be had.
  [[nodiscard]] virtual BlobPtr save_rows(SequenceId sequence, int from, int to) = 0;
  /// Puts rows of `blob` behind what `sequence` has: those of the positions [from, to).
  /// False if the blob was refused; the sequence is as before then.
  /// REQUIRES: the blob's rows are of positions that hold [from, to), and there is room.
  virtual bool restore_rows(SequenceId sequence, const Blob& blob, int from, int to) = 0;

  /// The smallest position that save_point can still be asked for; above the end if there is none.
  [[nodiscard]] virtual int oldest_point(SequenceId sequence) const = 0;
  /// The point at `position`. Null if it is out of reach.
  [[nodiscard]] virtual BlobPtr save_point(SequenceId sequence, int position) = 0;
  /// Makes `sequence`, whose rows end at `position`, continue from `blob`, which was saved there.
  /// False if the blob was refused; the sequence cannot be continued then.
  virtual bool restore_point(SequenceId sequence, const Blob& blob, int position) = 0;
};

}  // namespace hearth::kv
