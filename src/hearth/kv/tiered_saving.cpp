// How what a sequence has computed gets into the archive, and its cells free.

#include <algorithm>

#include "hearth/kv/tiered_prefixes.h"

namespace hearth::kv {

/// Gives one piece of rows to the archive, and the points that stand on what it has. False if there
/// is nothing to give, or it is not taken.
bool TieredPrefixes::save_piece(SequenceId sequence) {
  Resident& resident = at(sequence);
  const int length = static_cast<int>(resident.tokens.size());
  if (resident.given_up || (resident.saved >= length && resident.points.empty())) return false;
  const TokenSpan tokens(resident.tokens);
  const int stored = archive_->reach(tokens).rows;
  resident.saved = stored;
  if (stored < length) {
    const int to = std::min(stored + piece_tokens_, length);
    const std::uint64_t expected = static_cast<std::uint64_t>(to - stored) * device_.row_bytes();
    bool taken = archive_->make_room(expected);
    if (taken) {
      BlobPtr rows = device_.save_rows(sequence, stored, to);
      taken = rows && archive_->put_rows(tokens.first(static_cast<std::size_t>(to)), stored,
                                         std::move(rows));
    }
    if (!taken) {
      resident.given_up = true;
      return false;
    }
    resident.saved = to;
  }
  hand_over_points(resident);
  return true;
}

void TieredPrefixes::hand_over_points(Resident& resident) {
  const TokenSpan tokens(resident.tokens);
  while (!resident.points.empty() && resident.points.begin()->first <= resident.saved) {
    const auto first = resident.points.begin();
    // One that is not taken is lost: there is no room for it.
    archive_->put_point(tokens.first(static_cast<std::size_t>(first->first)),
                        std::move(first->second));
    resident.points.erase(first);
  }
}

void TieredPrefixes::save(SequenceId sequence) {
  while (save_piece(sequence)) {
  }
}

void TieredPrefixes::save_all() {
  for (std::size_t i = 0; i < residents_.size(); ++i) save(static_cast<SequenceId>(i));
}

bool TieredPrefixes::tidy() {
  for (std::size_t i = 0; i < residents_.size(); ++i) {
    const Resident& resident = residents_[i];
    const int unsaved = static_cast<int>(resident.tokens.size()) - resident.saved;
    // A running request is saved by whole pieces: small ones would be many entries.
    if (resident.leased && unsaved < std::min(piece_tokens_, 1024)) continue;
    if (save_piece(static_cast<SequenceId>(i))) return true;
  }
  archive_->poll();
  return false;
}

/// Saves what is not saved and frees the cells.
void TieredPrefixes::park(SequenceId sequence) {
  save(sequence);
  forget(sequence);
}

void TieredPrefixes::forget(SequenceId sequence) {
  device_.trim(sequence, 0);
  Resident& resident = at(sequence);
  book_.cut(resident.cells, 0);
  resident = Resident{};
}

void TieredPrefixes::clear() {
  for (std::size_t i = 0; i < residents_.size(); ++i) {
    if (!residents_[i].leased) forget(static_cast<SequenceId>(i));
  }
  archive_->clear();
}

int TieredPrefixes::leased_cells() const {
  int cells = 0;
  for (const Resident& resident : residents_) {
    if (resident.leased) cells += static_cast<int>(resident.cells.size());
  }
  return cells;
}

/// Attention is as wide as the last cell in use lies far back, even if all before it are free.
bool TieredPrefixes::lies_far(const Resident& resident) const {
  return resident.reach > wide_for(resident);
}

/// More cells than this are too many for `resident` and who is running.
int TieredPrefixes::wide_for(const Resident& resident) const {
  return 2 * (leased_cells() + static_cast<int>(resident.cells.size())) + 4 * narrow_;
}

/// So much of it is not saved yet that who runs would notice: a 30,000-token one takes half a
/// second. tidy() saves it by and by.
bool TieredPrefixes::holds_up(const Resident& resident) const {
  return static_cast<int>(resident.tokens.size()) - resident.saved > 2 * piece_tokens_;
}

/// What is to be continued lies behind cells that are free, or can be: it leaves the pool, and
/// comes back in front. True if something was moved, so that the plan does not hold any more.
bool TieredPrefixes::move_near(const Plan& plan) {
  if (plan.base < 0) return false;
  Resident& base = at(plan.base);
  if (base.leased || !lies_far(base) || holds_up(base)) return false;
  save(plan.base);
  if (base.saved < static_cast<int>(base.tokens.size()) || !base.points.empty()) return false;
  const int used = book_.used();
  park_wide(plan.base);
  const bool has_room = book_.used() <= wide_for(base);
  if (has_room) forget(plan.base);
  return has_room || book_.used() != used;
}

/// Whatever lies in the pool widens the attention of who runs in it, so idle sequences leave, as
/// long as nothing is lost by that.
void TieredPrefixes::park_wide(SequenceId running) {
  for (std::size_t i = 0; i < residents_.size(); ++i) {
    const auto sequence = static_cast<SequenceId>(i);
    const Resident& resident = residents_[i];
    if (resident.leased || sequence == running) continue;
    if (book_.exclusive(resident.cells) < narrow_ && !lies_far(resident)) continue;
    if (holds_up(resident)) continue;
    save(sequence);
    if (resident.saved >= static_cast<int>(resident.tokens.size())) forget(sequence);
  }
}

}  // namespace hearth::kv
