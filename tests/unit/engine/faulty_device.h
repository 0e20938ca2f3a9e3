#pragma once

#include <algorithm>
#include <cstdint>

#include "hearth/engine/context.h"
#include "hearth/kv/state_device.h"

namespace hearth::engine {

enum class Fault { none, foreign_rows, shifted_rows, missing_point };

/// Hands on to a context, and does one thing wrong.
class FaultyDevice final : public kv::StateDevice {
 public:
  FaultyDevice(Context& context, Fault fault) : context_(context), fault_(fault) {}

  [[nodiscard]] int n_sequences() const override { return context_.n_sequences(); }
  [[nodiscard]] int n_cells() const override { return context_.n_cells(); }
  [[nodiscard]] kv::ResumePoints resume_points() const override { return context_.resume_points(); }
  [[nodiscard]] std::uint64_t row_bytes() const override { return context_.row_bytes(); }
  bool trim(kv::SequenceId sequence, int from) override { return context_.trim(sequence, from); }
  void copy(kv::SequenceId from, kv::SequenceId to, int length) override {
    context_.copy(from, to, length);
  }
  [[nodiscard]] int most_rows() const override { return context_.most_rows(); }
  kv::BlobPtr save_rows(kv::SequenceId sequence, int from, int to) override {
    if (fault_ == Fault::foreign_rows) sequence = (sequence + 1) % n_sequences();
    const int shift = fault_ == Fault::shifted_rows ? std::min(from, 8) : 0;
    return context_.save_rows(sequence, from - shift, to - shift);
  }
  bool restore_rows(kv::SequenceId sequence, const kv::Blob& blob, int from, int to) override {
    return context_.restore_rows(sequence, blob, from, to);
  }
  [[nodiscard]] int oldest_point(kv::SequenceId sequence) const override {
    return context_.oldest_point(sequence);
  }
  kv::BlobPtr save_point(kv::SequenceId sequence, int position) override {
    return context_.save_point(sequence, position);
  }
  bool restore_point(kv::SequenceId sequence, const kv::Blob& blob, int position) override {
    return fault_ == Fault::missing_point || context_.restore_point(sequence, blob, position);
  }

 private:
  Context& context_;
  Fault fault_;
};

}  // namespace hearth::engine
