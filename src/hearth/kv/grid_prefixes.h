#pragma once

#include <map>
#include <memory>
#include <vector>

#include "hearth/kv/archive.h"
#include "hearth/kv/prefix_cache.h"

namespace hearth::kv {

/// The prefix cache of the mode `exact`: a prompt gives the same bits whether its prefix was just
/// computed, lay on the device, or came from host memory or disk.
///
/// One sequence is computed at a time, from cell 0 on, and the prompt is cut where multiples of
/// `grid` tokens end. Only what was computed as a whole block of that grid is kept and used again;
/// the rest, and what was generated token by token, is read again. So a token's state depends on
/// the tokens before it and in its block, and on nothing else.
class GridPrefixes final : public PrefixCache {
 public:
  /// `device` must outlive this. REQUIRES: its points, if it has any, are recurrent state; `grid`
  /// is at most its most_rows().
  GridPrefixes(StateDevice& device, std::shared_ptr<Archive> archive, int grid);

  [[nodiscard]] int longest_prefix(TokenSpan prompt) const override;
  [[nodiscard]] bool prepare(TokenSpan prompt, Preparation& preparation) override;
  [[nodiscard]] std::optional<Lease> acquire(TokenSpan prompt, Preparation& preparation) override;
  [[nodiscard]] bool reserve(int n_tokens) override;
  void extend(SequenceId sequence, TokenSpan tokens) override;
  void keep_point(SequenceId sequence, int position) override;
  void release(SequenceId sequence, Ending ending) override;
  bool tidy() override;
  void save_all() override;
  [[nodiscard]] std::vector<TokenSpan> sequences() const override { return {TokenSpan(tokens_)}; }
  [[nodiscard]] int cells_used() const override { return length(); }
  void clear() override;

 private:
  struct Plan {
    int resume = 0;
    int base = 0;  ///< tokens of the sequence that stay
    int known = 0;
    bool needs_point = false;
  };
  enum class Step { done, again, wait };

  [[nodiscard]] int length() const { return static_cast<int>(tokens_.size()); }
  [[nodiscard]] int down_to_grid(int position) const { return position / grid_ * grid_; }
  [[nodiscard]] bool has_points() const {
    return device_.resume_points() != ResumePoints::any_position;
  }
  [[nodiscard]] Plan plan(TokenSpan prompt, const Hold& hold, int limit) const;
  Step try_acquire(TokenSpan prompt, int& limit, Lease& lease);
  Step build(TokenSpan prompt, const Plan& plan, const Hold& hold, Lease& lease);
  bool save_piece();
  void hand_over_points(TokenSpan bound);
  void cut(int length);

  StateDevice& device_;
  std::shared_ptr<Archive> archive_;
  int grid_;
  int piece_tokens_;               ///< saved at once
  std::vector<Token> tokens_;      ///< what the sequence holds
  int settled_ = 0;                ///< of these, from the first on: computed in whole blocks
  int saved_ = 0;                  ///< of these the archive has the rows
  std::map<int, BlobPtr> points_;  ///< by position; those that the archive does not have yet
  bool given_up_ = false;          ///< the archive did not take the rest
  bool leased_ = false;
};

}  // namespace hearth::kv
