#pragma once

#include <cstdint>
#include <vector>

#include "hearth/kv/cell_book.h"
#include "hearth/kv/prefix_cache.h"

namespace hearth::kv {

/// The plain prefix cache: the sequences that the context holds, compared token by token.
/// Obviously right, O(sequences × prompt) per lookup; the oracle for every cleverer one. Models
/// with points are continued only in place, at a sequence's end.
class ResidentPrefixes final : public PrefixCache {
 public:
  /// `device` must outlive this.
  explicit ResidentPrefixes(StateDevice& device);

  [[nodiscard]] int longest_prefix(TokenSpan prompt) const override;
  [[nodiscard]] std::optional<Lease> acquire(TokenSpan prompt, Preparation& preparation) override;
  [[nodiscard]] bool reserve(int n_tokens) override;
  void extend(SequenceId sequence, TokenSpan tokens) override;
  [[nodiscard]] bool prepare(TokenSpan, Preparation&) override { return true; }
  void keep_point(SequenceId, int) override {}
  void release(SequenceId sequence, Ending ending) override;
  bool tidy() override { return false; }
  void save_all() override {}
  [[nodiscard]] std::vector<TokenSpan> sequences() const override;
  [[nodiscard]] int cells_used() const override { return book_.used(); }
  void clear() override;

 private:
  struct Resident {
    std::vector<Token> tokens;
    std::vector<CellId> cells;  ///< which cell holds each position
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

  StateDevice& device_;
  std::vector<Resident> residents_;
  CellBook book_;
  std::uint64_t uses_ = 0;
};

}  // namespace hearth::kv
