#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <vector>

#include "hearth/kv/state_device.h"

namespace hearth::kv {

/// A context whose rows are the tokens themselves, and whose points are a hash of all tokens
/// before: it notices when a sequence is continued from anything but its own state.
class FakeDevice final : public StateDevice {
 public:
  FakeDevice(int sequences, int cells, ResumePoints points = ResumePoints::any_position)
      : sequences_(static_cast<std::size_t>(sequences)), cells_(cells), points_(points) {}

  static constexpr int window = 16;
  static constexpr int bytes_per_row = sizeof(Token);

  [[nodiscard]] int n_sequences() const override { return static_cast<int>(sequences_.size()); }
  [[nodiscard]] int n_cells() const override { return cells_; }
  [[nodiscard]] ResumePoints resume_points() const override { return points_; }
  [[nodiscard]] std::uint64_t row_bytes() const override { return bytes_per_row; }

  bool trim(SequenceId id, int from) override {
    ++calls;
    Sequence& sequence = at(id);
    EXPECT_TRUE(from == 0 || points_ == ResumePoints::any_position);
    sequence.rows.resize(static_cast<std::size_t>(from));
    if (from == 0) sequence = {};
    return true;
  }
  void copy(SequenceId from, SequenceId to, int length) override {
    ++calls;
    EXPECT_LE(length, this->length(from));
    at(to) = {};
    at(to).rows.assign(at(from).rows.begin(), at(from).rows.begin() + length);
  }
  BlobPtr save_rows(SequenceId id, int from, int to) override {
    ++calls;
    if (fail_saves) return nullptr;
    const auto n = static_cast<std::size_t>(to - from);
    const auto [blob, bytes] = Blob::of_size((n + 1) * sizeof(Token));
    std::memcpy(bytes, &from, sizeof(from));
    std::memcpy(bytes + sizeof(from), at(id).rows.data() + from, n * sizeof(Token));
    return blob;
  }
  bool restore_rows(SequenceId id, const Blob& blob, int from, int to) override {
    ++calls;
    largest_restore = std::max(largest_restore, static_cast<int>(blob.size() / sizeof(Token)) - 1);
    if (refuse_restores > 0) return --refuse_restores < 0;
    int begin = 0;
    std::memcpy(&begin, blob.bytes().data(), sizeof(begin));
    const int n = static_cast<int>(blob.size() / sizeof(Token)) - 1;
    EXPECT_EQ(length(id), from);
    EXPECT_LE(begin, from);
    EXPECT_LE(to, begin + n);
    std::vector<Token> tokens(static_cast<std::size_t>(n));
    std::memcpy(tokens.data(), blob.bytes().data() + sizeof(begin), tokens.size() * sizeof(Token));
    at(id).rows.insert(at(id).rows.end(), tokens.begin() + (from - begin),
                       tokens.begin() + (to - begin));
    return true;
  }
  [[nodiscard]] int oldest_point(SequenceId id) const override {
    const Sequence& sequence = sequences_.at(static_cast<std::size_t>(id));
    if (points_ == ResumePoints::state) return length(id);
    return std::max(sequence.window_from, length(id) - window);
  }
  BlobPtr save_point(SequenceId id, int position) override {
    ++calls;
    if (position < oldest_point(id) || position > length(id)) return nullptr;
    const auto [blob, bytes] = Blob::of_size(sizeof(std::size_t));
    const std::size_t hash = hash_of(at(id), position);
    std::memcpy(bytes, &hash, sizeof(hash));
    return blob;
  }
  bool restore_point(SequenceId id, const Blob& blob, int position) override {
    ++calls;
    EXPECT_EQ(length(id), position);
    std::memcpy(&at(id).point, blob.bytes().data(), sizeof(std::size_t));
    at(id).window_from = position;
    return true;
  }

  /// What llama_decode does: appends, from the state that the sequence has.
  void compute(SequenceId id, TokenSpan tokens) {
    Sequence& sequence = at(id);
    if (points_ != ResumePoints::any_position) {
      ASSERT_EQ(sequence.point, hash_of(sequence, length(id)))
          << "sequence " << id << " is continued at " << length(id) << " from another state";
    }
    sequence.rows.insert(sequence.rows.end(), tokens.begin(), tokens.end());
    sequence.point = hash_of(sequence, length(id));
  }
  [[nodiscard]] int length(SequenceId id) const {
    return static_cast<int>(sequences_.at(static_cast<std::size_t>(id)).rows.size());
  }
  [[nodiscard]] const std::vector<Token>& rows(SequenceId id) const {
    return sequences_.at(static_cast<std::size_t>(id)).rows;
  }

  int calls = 0;
  int largest_restore = 0;  ///< in rows
  bool fail_saves = false;
  int refuse_restores = 0;  ///< as many of the next ones

 private:
  struct Sequence {
    std::vector<Token> rows;
    std::size_t point = 0;
    int window_from = 0;
  };

  Sequence& at(SequenceId id) { return sequences_.at(static_cast<std::size_t>(id)); }
  static std::size_t hash_of(const Sequence& sequence, int length) {
    std::size_t hash = 0;
    for (int i = 0; i < length; ++i) {
      hash =
          hash * 1000003 + static_cast<std::size_t>(sequence.rows[static_cast<std::size_t>(i)]) + 1;
    }
    return hash;
  }

  std::vector<Sequence> sequences_;
  int cells_;
  ResumePoints points_;
};

}  // namespace hearth::kv
