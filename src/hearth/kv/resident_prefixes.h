#pragma once

#include <cstdint>
#include <vector>

#include "hearth/kv/prefix_cache.h"

namespace hearth::kv {

/// The plain prefix cache: the sequences that the context holds, compared token by token.
/// Obviously right, O(sequences × prompt) per lookup; the oracle for every cleverer one.
class ResidentPrefixes final : public PrefixCache {
 public:
  /// `device` must outlive this.
  explicit ResidentPrefixes(StateDevice& device);

  [[nodiscard]] int longest_prefix(TokenSpan prompt) const override;
  [[nodiscard]] std::optional<Lease> acquire(TokenSpan prompt) override;
  [[nodiscard]] bool reserve(int n_tokens) override;
  void extend(SequenceId sequence, TokenSpan tokens) override;
  void release(SequenceId sequence) override;

  /// Cells in use, shared ones once.
  [[nodiscard]] int cells_used() const { return cells_used_; }

 private:
  using CellId = std::uint32_t;

  struct Resident {
    std::vector<Token> tokens;
    /// Which cell holds each position: equal numbers in two sequences are one shared cell.
    std::vector<CellId> cells;
    bool leased = false;
    std::uint64_t last_use = 0;
  };

  struct Match {
    SequenceId sequence = -1;
    int length = 0;
  };

  [[nodiscard]] int resumable(const Resident& resident, TokenSpan prompt) const;
  [[nodiscard]] Match best_match(TokenSpan prompt) const;
  [[nodiscard]] SequenceId oldest_unleased() const;
  void cut(SequenceId sequence, int length);
  void share(SequenceId from, SequenceId to, int length);
  void drop_cells(Resident& resident, std::size_t from);

  StateDevice& device_;
  std::vector<Resident> residents_;
  std::vector<int> cell_users_;  ///< per cell number: in how many sequences it is
  std::vector<CellId> free_cells_;
  int cells_used_ = 0;
  std::uint64_t uses_ = 0;
};

}  // namespace hearth::kv
