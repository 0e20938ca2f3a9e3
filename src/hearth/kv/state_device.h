#pragma once

#include <cstdint>
#include <span>

namespace hearth::kv {

using Token = std::int32_t;
using TokenSpan = std::span<const Token>;
/// A sequence of the model's context, 0 to n_sequences() - 1.
using SequenceId = int;

/// From which positions of a stored sequence a model can continue.
enum class ResumePoints {
  any_position,  ///< full attention: whatever comes after can be cut off
  end_only,      ///< recurrent state: only where the sequence ends now
};

/// The model's KV state as kv/ sees it: sequences of cells in one pool, without a word about the
/// library behind it, so that the same cache runs in tests and simulations without a model.
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

  /// Forgets positions [from, end) of `sequence`. False if the device cannot (the sequence is then
  /// empty). REQUIRES: resume_points() is any_position, or `from` is 0 or the end.
  virtual bool trim(SequenceId sequence, int from) = 0;
  /// Makes `to` the first `length` positions of `from`, sharing the cells. What `to` held is gone.
  /// REQUIRES: resume_points() is any_position, or `length` is the end of `from`.
  virtual void copy(SequenceId from, SequenceId to, int length) = 0;
};

}  // namespace hearth::kv
