#include "hearth/kv/tiered_prefixes.h"

#include <algorithm>
#include <stdexcept>

#include "hearth/kv/common_prefix.h"

namespace hearth::kv {
namespace {

constexpr std::uint64_t piece_bytes = std::uint64_t{16} << 20;
/// A bad entry is found at most this often before a prompt is read afresh.
constexpr int most_tries = 4;
constexpr int no_limit = std::numeric_limits<int>::max();

int length_of(const std::vector<Token>& tokens) {
  return static_cast<int>(tokens.size());
}

}  // namespace

TieredPrefixes::TieredPrefixes(StateDevice& device, std::shared_ptr<Archive> archive, Pieces pieces)
    : device_(device),
      archive_(std::move(archive)),
      residents_(static_cast<std::size_t>(device.n_sequences())),
      narrow_(pieces.narrow) {
  const std::uint64_t per_token = std::max<std::uint64_t>(device.row_bytes(), 1);
  const auto fits = static_cast<int>(std::min<std::uint64_t>(piece_bytes / per_token, 1 << 20));
  piece_tokens_ = std::clamp(fits, pieces.smallest, pieces.largest);
}

TieredPrefixes::~TieredPrefixes() = default;

TieredPrefixes::Resident& TieredPrefixes::at(SequenceId sequence) {
  return residents_.at(static_cast<std::size_t>(sequence));
}

std::vector<TokenSpan> TieredPrefixes::sequences() const {
  std::vector<TokenSpan> held;
  held.reserve(residents_.size());
  for (const Resident& resident : residents_) held.emplace_back(resident.tokens);
  return held;
}

TieredPrefixes::Plan TieredPrefixes::plan(TokenSpan prompt, const Hold& hold, int limit) const {
  Plan plan;
  const int most = std::min(static_cast<int>(prompt.size()) - 1, limit);
  std::vector<int> common;
  for (std::size_t i = 0; i < residents_.size(); ++i) {
    const Resident& resident = residents_[i];
    common.push_back(common_prefix(resident.tokens, prompt));
    if (common.back() == 0) continue;
    // Of two equal ones the idle one is taken: it can be continued in place.
    const bool longer = common.back() > plan.base_length;
    const bool as_long_and_idle = common.back() == plan.base_length && !resident.leased &&
                                  residents_[static_cast<std::size_t>(plan.base)].leased;
    if (longer || as_long_and_idle) {
      plan.base = static_cast<SequenceId>(i);
      plan.base_length = common.back();
    }
  }
  plan.known = std::max(plan.base_length, hold.rows_end());
  if (has_points()) {
    plan_point(hold, common, most, plan);
  } else {
    plan.resume = std::max(std::min(plan.known, most), 0);
  }
  plan.base_length = std::min(plan.base_length, plan.resume);
  if (plan.base_length == 0) plan.base = -1;
  return plan;
}

/// The farthest position with a point; of equal ones the one that costs least to continue from.
void TieredPrefixes::plan_point(const Hold& hold, const std::vector<int>& common, int most,
                                Plan& plan) const {
  const auto consider = [&](int position, Plan::From from, SequenceId sequence) {
    if (position <= plan.resume || position > most) return;
    plan.resume = position;
    plan.point = from;
    plan.point_sequence = sequence;
  };
  for (const bool leased : {false, true}) {
    for (std::size_t i = 0; i < residents_.size(); ++i) {
      const Resident& resident = residents_[i];
      const auto sequence = static_cast<SequenceId>(i);
      if (resident.leased != leased || common[i] == 0) continue;
      if (common[i] == length_of(resident.tokens)) {
        consider(common[i], Plan::From::end_of, sequence);
      }
      const int reach = std::min(common[i], most);
      if (reach > plan.resume && reach >= device_.oldest_point(sequence)) {
        consider(reach, Plan::From::reach_of, sequence);
      }
      const auto behind = resident.points.upper_bound(reach);
      if (behind != resident.points.begin()) {
        consider(std::prev(behind)->first, Plan::From::kept_by, sequence);
      }
    }
  }
  for (const Hold::Point& point : hold.points()) {
    if (point.position <= plan.known) consider(point.position, Plan::From::archive, -1);
  }
  // A sequence that ends there is continued as it is.
  if (plan.point == Plan::From::end_of) plan.base = plan.point_sequence;
}

bool TieredPrefixes::in_place(const Plan& plan) const {
  if (plan.base < 0) return false;
  const Resident& base = residents_[static_cast<std::size_t>(plan.base)];
  return !base.leased && plan.base_length == plan.resume && length_of(base.tokens) == plan.resume &&
         (!has_points() || plan.point == Plan::From::end_of);
}

BlobPtr TieredPrefixes::point_for(const Plan& plan, const Hold& hold) {
  switch (plan.point) {
    case Plan::From::nowhere: return nullptr;
    case Plan::From::end_of:
    case Plan::From::reach_of: return device_.save_point(plan.point_sequence, plan.resume);
    case Plan::From::kept_by: return at(plan.point_sequence).points.at(plan.resume);
    case Plan::From::archive: break;
  }
  const auto found = std::ranges::find(hold.points(), plan.resume, &Hold::Point::position);
  return found == hold.points().end() ? nullptr : archive_->take_payload(*found->item).blob;
}

int TieredPrefixes::longest_prefix(TokenSpan prompt) const {
  return plan(prompt, archive_->hold(prompt), no_limit).resume;
}

bool TieredPrefixes::prepare(TokenSpan prompt, Preparation& preparation) {
  for (;;) {
    auto hold = std::make_shared<Hold>(archive_->hold(prompt));
    const Plan found = plan(prompt, *hold, preparation.limit);
    hold->keep(found.base_length, found.resume,
               found.point == Plan::From::archive ? found.resume : -1);
    const Archive::Fetched fetched = archive_->fetch(*hold);
    if (fetched.state != Archive::Fetched::State::too_large) {
      preparation.pin = std::move(hold);
      return fetched.state == Archive::Fetched::State::complete;
    }
    // As much as fits, then; with points the next one before.
    const int fits = std::max(fetched.rows, found.base_length);
    preparation.limit = has_points() || fits >= found.resume ? found.resume - 1 : fits;
  }
}

std::optional<Lease> TieredPrefixes::acquire(TokenSpan prompt, Preparation& preparation) {
  for (int i = 0; i < most_tries; ++i) {
    Lease lease;
    switch (try_acquire(prompt, preparation.limit, lease)) {
      case Step::done: return lease;
      case Step::wait: return std::nullopt;
      case Step::again: break;
    }
  }
  const SequenceId target = free_sequence(-1);
  if (target < 0) return std::nullopt;
  at(target).leased = true;
  return Lease{.sequence = target};
}

/// With full attention an idle sequence is cut off where the prompt leaves it, once the archive has
/// what is cut off. So the same prompt again finds the same cells, and rounds as before.
bool TieredPrefixes::cut_in_place(const Plan& plan) {
  if (has_points() || plan.base < 0 || plan.base_length != plan.resume) return false;
  Resident& base = at(plan.base);
  if (base.leased) return false;
  save(plan.base);
  if (base.saved < length_of(base.tokens)) return false;
  const auto left = static_cast<std::size_t>(plan.resume);
  device_.trim(plan.base, plan.resume);
  book_.cut(base.cells, left);
  base.reach -= length_of(base.tokens) - plan.resume;
  base.tokens.resize(left);
  base.saved = plan.resume;
  return true;
}

/// `limit` is lowered where the pool is too small for more.
TieredPrefixes::Step TieredPrefixes::try_acquire(TokenSpan prompt, int& limit, Lease& lease) {
  Hold hold = archive_->hold(prompt);
  const Plan found = plan(prompt, hold, limit);
  lease.known = found.known;
  if (move_near(found)) return Step::again;
  if (in_place(found) || cut_in_place(found)) {
    lease.sequence = found.base;
    lease.reused = found.resume;
  } else {
    // Before any sequence is parked: it may be this one's.
    const BlobPtr point = point_for(found, hold);
    if (found.point != Plan::From::nowhere && !point) return point_missing(found, hold);
    const SequenceId target = free_sequence(found.base);
    if (target < 0 || !make_room(room_for(found, hold), found.base)) {
      if (found.base >= 0 && !at(found.base).leased) {
        // Only the sequence to share from is left: its state goes to the archive and comes back.
        park(found.base);
        return Step::again;
      }
      if (std::ranges::any_of(residents_, &Resident::leased)) return Step::wait;
      // The pool is too small for the last entry as a whole: without that one, then.
      limit = last_entry_begin(found, hold);
      return Step::again;
    }
    const Step built = build(target, found, hold, prompt, lease);
    const bool pointed =
        built == Step::done && (!point || device_.restore_point(target, *point, found.resume));
    if (!pointed) {
      if (built == Step::done) discard_point(found, hold);
      forget(target);
      return built == Step::done ? Step::again : built;
    }
    lease.sequence = target;
    lease.reused = found.resume;
  }
  archive_->touch(hold, lease.reused);
  Resident& resident = at(lease.sequence);
  resident.leased = true;
  resident.last_use = ++uses_;
  park_wide(lease.sequence);
  return Step::done;
}

/// The device would not give it, or it is not in memory any more.
TieredPrefixes::Step TieredPrefixes::point_missing(const Plan& plan, const Hold& hold) {
  if (plan.point == Plan::From::archive) {
    const auto found = std::ranges::find(hold.points(), plan.resume, &Hold::Point::position);
    return found != hold.points().end() && !found->item->damaged ? Step::wait : Step::again;
  }
  if (at(plan.point_sequence).leased) return Step::wait;
  park(plan.point_sequence);
  return Step::again;
}

void TieredPrefixes::discard_point(const Plan& plan, const Hold& hold) {
  if (plan.point == Plan::From::kept_by) at(plan.point_sequence).points.erase(plan.resume);
  if (plan.point != Plan::From::archive) return;
  const auto found = std::ranges::find(hold.points(), plan.resume, &Hold::Point::position);
  if (found != hold.points().end()) archive_->discard(*found->item);
}

/// Cells that the restore takes: an entry is brought in whole, one after the other, and what is not
/// wanted of it dropped again.
int TieredPrefixes::last_entry_begin(const Plan& plan, const Hold& hold) {
  int begin = 0;
  for (const Hold::Rows& rows : hold.rows()) {
    if (rows.from < plan.resume) begin = std::max(begin, rows.from);
  }
  return begin;
}

int TieredPrefixes::room_for(const Plan& plan, const Hold& hold) {
  int dropped = 0;
  for (const Hold::Rows& rows : hold.rows()) {
    if (rows.to <= plan.base_length || rows.from >= plan.resume) continue;
    const int wanted = std::min(rows.to, plan.resume) - std::max(rows.from, plan.base_length);
    dropped = std::max(dropped, rows.item->end - rows.item->begin - wanted);
  }
  return plan.resume - plan.base_length + dropped;
}

/// The tokens up to plan.resume in `target`: cells of the base, then rows from the archive.
TieredPrefixes::Step TieredPrefixes::build(SequenceId target, const Plan& plan, const Hold& hold,
                                           TokenSpan prompt, Lease& lease) {
  Resident& resident = at(target);
  if (plan.base_length > 0) {
    const Resident& base = at(plan.base);
    device_.copy(plan.base, target, plan.base_length);
    book_.share(base.cells, resident.cells, static_cast<std::size_t>(plan.base_length));
    resident.reach = base.reach - (length_of(base.tokens) - plan.base_length);
    resident.saved = std::min(base.saved, plan.base_length);
  }
  int reached = plan.base_length;
  for (const Hold::Rows& rows : hold.rows()) {
    const int to = std::min(rows.to, plan.resume);
    if (to <= reached) continue;
    const Archive::Payload payload = archive_->take_payload(*rows.item);
    if (!payload.blob) return rows.item->damaged ? Step::again : Step::wait;
    if (!device_.restore_rows(target, *payload.blob, reached, to)) {
      archive_->discard(*rows.item);
      return Step::again;
    }
    book_.grow(resident.cells, static_cast<std::size_t>(to - reached));
    note_growth(resident);
    (payload.was_on_disk ? lease.from_disk : lease.from_host) += to - reached;
    reached = to;
  }
  if (reached < plan.resume) return Step::again;
  resident.tokens.assign(prompt.begin(), prompt.begin() + plan.resume);
  resident.saved = std::max(resident.saved, std::min(hold.rows_end(), plan.resume));
  return Step::done;
}

SequenceId TieredPrefixes::oldest_parked(SequenceId spared) const {
  SequenceId oldest = -1;
  for (std::size_t i = 0; i < residents_.size(); ++i) {
    const Resident& resident = residents_[i];
    if (resident.leased || resident.tokens.empty() || static_cast<SequenceId>(i) == spared)
      continue;
    if (oldest < 0 || resident.last_use < residents_[static_cast<std::size_t>(oldest)].last_use) {
      oldest = static_cast<SequenceId>(i);
    }
  }
  return oldest;
}

SequenceId TieredPrefixes::free_sequence(SequenceId spared) {
  for (std::size_t i = 0; i < residents_.size(); ++i) {
    if (!residents_[i].leased && residents_[i].tokens.empty()) return static_cast<SequenceId>(i);
  }
  const SequenceId oldest = oldest_parked(spared);
  if (oldest >= 0) park(oldest);
  return oldest;
}

bool TieredPrefixes::reserve(int n_tokens) {
  return make_room(n_tokens, -1);
}

bool TieredPrefixes::make_room(int n_tokens, SequenceId spared) {
  while (book_.used() + n_tokens > device_.n_cells()) {
    const SequenceId victim = oldest_parked(spared);
    if (victim < 0) return false;
    park(victim);
  }
  return true;
}

void TieredPrefixes::extend(SequenceId sequence, TokenSpan tokens) {
  Resident& resident = at(sequence);
  if (!resident.leased) throw std::logic_error("extend of a sequence that is not leased");
  resident.tokens.insert(resident.tokens.end(), tokens.begin(), tokens.end());
  book_.grow(resident.cells, tokens.size());
  note_growth(resident);
  resident.last_use = ++uses_;
}

void TieredPrefixes::keep_point(SequenceId sequence, int position) {
  if (!has_points() || position <= 0) return;
  if (BlobPtr point = device_.save_point(sequence, position)) {
    at(sequence).points[position] = std::move(point);
  }
}

void TieredPrefixes::release(SequenceId sequence, Ending ending) {
  Resident& resident = at(sequence);
  if (ending == Ending::broken) {
    // What is right is saved, up to the last point, and read back by who needs it.
    save(sequence);
    forget(sequence);
    return;
  }
  resident.leased = false;
  resident.given_up = false;
  keep_point(sequence, length_of(resident.tokens));
}

}  // namespace hearth::kv
