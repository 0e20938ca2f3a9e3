#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "hearth/kv/archive.h"
#include "hearth/kv/cell_book.h"
#include "hearth/kv/prefix_cache.h"

namespace hearth::kv {

/// The prefix cache over all tiers: the sequences that the device holds, and behind them an archive
/// in host memory and on disk.
///
/// What a sequence has computed is saved behind the requests, so that parking it (to make room, or
/// so that it does not widen the attention of running ones) only frees its cells. A request
/// continues a sequence in place, shares its cells, or gets rows and points restored from the
/// archive, whichever reaches farthest.
class TieredPrefixes final : public PrefixCache {
 public:
  /// In tokens.
  struct Pieces {
    /// Rows are saved in pieces of about 16 MB, some milliseconds each, but within these bounds.
    int smallest = 64;
    int largest = 4096;
    /// A parked sequence with fewer cells of its own stays where it is: attention is widened in
    /// steps of 256 cells anyway.
    int narrow = 256;
  };
  /// `device` must outlive this.
  TieredPrefixes(StateDevice& device, std::shared_ptr<Archive> archive, Pieces pieces);
  TieredPrefixes(StateDevice& device, std::shared_ptr<Archive> archive)
      : TieredPrefixes(device, std::move(archive), Pieces()) {}
  ~TieredPrefixes() override;

  [[nodiscard]] int longest_prefix(TokenSpan prompt) const override;
  [[nodiscard]] bool prepare(TokenSpan prompt, Preparation& preparation) override;
  [[nodiscard]] std::optional<Lease> acquire(TokenSpan prompt, Preparation& preparation) override;
  [[nodiscard]] bool reserve(int n_tokens) override;
  void extend(SequenceId sequence, TokenSpan tokens) override;
  void keep_point(SequenceId sequence, int position) override;
  void release(SequenceId sequence, Ending ending) override;
  bool tidy() override;
  void save_all() override;
  [[nodiscard]] std::vector<TokenSpan> sequences() const override;
  [[nodiscard]] int cells_used() const override { return book_.used(); }
  void clear() override;

 private:
  struct Resident {
    std::vector<Token> tokens;
    std::vector<CellId> cells;
    std::map<int, BlobPtr> points;  ///< by position; those that the archive does not have yet
    int saved = 0;                  ///< tokens from the first on whose rows the archive was given
    bool given_up = false;          ///< the archive did not take the rest
    bool leased = false;
    std::uint64_t last_use = 0;
    /// About where in the pool its last cell lies: so many were in use when it grew.
    int reach = 0;
  };

  /// How a prompt can be continued.
  struct Plan {
    int resume = 0;
    int known = 0;         ///< tokens whose rows are somewhere
    SequenceId base = -1;  ///< the sequence whose cells are used, if any
    int base_length = 0;   ///< how many of its tokens
    enum class From { nowhere, end_of, reach_of, kept_by, archive };
    From point = From::nowhere;
    SequenceId point_sequence = -1;
  };

  [[nodiscard]] Resident& at(SequenceId sequence);
  [[nodiscard]] Plan plan(TokenSpan prompt, const Hold& hold, int limit) const;
  void plan_point(const Hold& hold, const std::vector<int>& common, int most, Plan& plan) const;
  [[nodiscard]] bool in_place(const Plan& plan) const;
  bool cut_in_place(const Plan& plan);
  [[nodiscard]] static int last_entry_begin(const Plan& plan, const Hold& hold);
  [[nodiscard]] static int room_for(const Plan& plan, const Hold& hold);
  [[nodiscard]] BlobPtr point_for(const Plan& plan, const Hold& hold);

  enum class Step {
    done,
    again,  ///< something was found bad or was moved: the next plan knows
    wait,   ///< no room, or not in memory any more
  };
  Step try_acquire(TokenSpan prompt, int& limit, Lease& lease);
  [[nodiscard]] SequenceId free_sequence(SequenceId spared);
  Step build(SequenceId target, const Plan& plan, const Hold& hold, TokenSpan prompt, Lease& lease);
  Step point_missing(const Plan& plan, const Hold& hold);
  void discard_point(const Plan& plan, const Hold& hold);
  [[nodiscard]] SequenceId oldest_parked(SequenceId spared) const;

  bool save_piece(SequenceId sequence);
  void save(SequenceId sequence);
  void hand_over_points(Resident& resident);
  void park(SequenceId sequence);
  void forget(SequenceId sequence);
  void park_wide(SequenceId running);
  [[nodiscard]] int leased_cells() const;
  [[nodiscard]] int wide_for(const Resident& resident) const;
  [[nodiscard]] bool lies_far(const Resident& resident) const;
  [[nodiscard]] bool holds_up(const Resident& resident) const;
  bool move_near(const Plan& plan);
  void note_growth(Resident& resident) { resident.reach = std::max(resident.reach, book_.used()); }
  bool make_room(int n_tokens, SequenceId spared);
  [[nodiscard]] bool has_points() const {
    return device_.resume_points() != ResumePoints::any_position;
  }

  StateDevice& device_;
  std::shared_ptr<Archive> archive_;
  std::vector<Resident> residents_;
  CellBook book_;
  int narrow_;
  int piece_tokens_;  ///< saved at once
  std::uint64_t uses_ = 0;
};

}  // namespace hearth::kv
