#include "hearth/kv/grid_prefixes.h"

#include <algorithm>
#include <stdexcept>

#include "hearth/kv/grid_blocks.h"

namespace hearth::kv {
namespace {

constexpr SequenceId the_sequence = 0;
constexpr std::uint64_t piece_bytes = std::uint64_t{16} << 20;
/// Tokens of a piece, whatever they take.
constexpr int largest_piece = 4096;
/// A bad entry is found at most this often before a prompt is read afresh.
constexpr int most_tries = 4;
constexpr int no_limit = std::numeric_limits<int>::max();

/// All but the last token of a prompt, which is always computed.
TokenSpan resumable(TokenSpan prompt) {
  return prompt.first(prompt.empty() ? 0 : prompt.size() - 1);
}

}  // namespace

GridPrefixes::GridPrefixes(StateDevice& device, std::shared_ptr<Archive> archive, int grid)
    : device_(device), archive_(std::move(archive)), grid_(grid) {
  const std::uint64_t per_token = std::max<std::uint64_t>(device.row_bytes(), 1);
  const std::uint64_t fits = std::min<std::uint64_t>(piece_bytes / per_token, largest_piece);
  const int most = std::min(static_cast<int>(fits), device.most_rows());
  piece_tokens_ = std::max(down_to_grid(most), grid_);
}

GridPrefixes::Plan GridPrefixes::plan(TokenSpan prompt, const Hold& hold, int limit) const {
  Plan plan;
  const int most = down_to_grid(std::min(static_cast<int>(prompt.size()) - 1, limit));
  const auto common = std::ranges::mismatch(tokens_, prompt).in1 - tokens_.begin();
  const int held = leased_ ? 0 : std::min(down_to_grid(static_cast<int>(common)), settled_);
  plan.known = std::max(held, down_to_grid(hold.rows_end()));
  if (!has_points()) {
    plan.resume = std::min(plan.known, most);
    plan.base = std::min(held, plan.resume);
  } else {
    if (held == length() && held <= most) plan.resume = plan.base = held;
    for (const Hold::Point& point : hold.points()) {
      if (point.position <= plan.resume || point.position > std::min(most, plan.known)) continue;
      plan.resume = point.position;
      plan.needs_point = true;
    }
    if (plan.needs_point) plan.base = 0;
  }
  // An entry is brought in from its first row on, so that its cells follow those before it.
  if (plan.resume > plan.base) {
    for (const Hold::Rows& rows : hold.rows()) {
      if (rows.from <= plan.base && plan.base < rows.to) plan.base = rows.from;
    }
  }
  return plan;
}

int GridPrefixes::longest_prefix(TokenSpan prompt) const {
  return plan(prompt, archive_->hold(bound_blocks(resumable(prompt), grid_)), no_limit).resume;
}

bool GridPrefixes::prepare(TokenSpan prompt, Preparation& preparation) {
  const std::vector<Token> bound = bound_blocks(resumable(prompt), grid_);
  for (;;) {
    auto hold = std::make_shared<Hold>(archive_->hold(bound));
    const Plan found = plan(prompt, *hold, preparation.limit);
    hold->keep(found.base, found.resume, found.needs_point ? found.resume : -1);
    const Archive::Fetched fetched = archive_->fetch(*hold);
    if (fetched.state != Archive::Fetched::State::too_large) {
      preparation.pin = std::move(hold);
      return fetched.state == Archive::Fetched::State::complete;
    }
    const int fits = std::max(fetched.rows, found.base);
    preparation.limit = has_points() || fits >= found.resume ? found.resume - 1 : fits;
  }
}

std::optional<Lease> GridPrefixes::acquire(TokenSpan prompt, Preparation& preparation) {
  if (leased_) return std::nullopt;
  Lease lease;
  lease.sequence = the_sequence;
  Step step = Step::again;
  for (int i = 0; i < most_tries && step == Step::again; ++i) {
    step = try_acquire(prompt, preparation.limit, lease);
  }
  if (step == Step::wait) return std::nullopt;
  if (step == Step::again) {
    cut(0);
    lease = {.sequence = the_sequence};
  }
  leased_ = true;
  return lease;
}

/// `limit` is lowered where the pool is too small for more.
GridPrefixes::Step GridPrefixes::try_acquire(TokenSpan prompt, int& limit, Lease& lease) {
  const Hold hold = archive_->hold(bound_blocks(resumable(prompt), grid_));
  const Plan found = plan(prompt, hold, limit);
  lease.known = found.known;
  for (const Hold::Rows& rows : hold.rows()) {
    const bool wanted = rows.to > found.base && rows.from < found.resume;
    // What is not wanted of the last entry is dropped again, but needs its cells for a moment.
    if (wanted && rows.item->end > device_.n_cells()) {
      limit = rows.from;
      return Step::again;
    }
  }
  if (found.base < length()) {
    save_all();
    cut(found.base);
  }
  if (found.resume > found.base) {
    if (const Step built = build(prompt, found, hold, lease); built != Step::done) return built;
  }
  lease.reused = found.resume;
  archive_->touch(hold, found.resume);
  return Step::done;
}

/// What the archive has of [plan.base, plan.resume), behind what is there.
GridPrefixes::Step GridPrefixes::build(TokenSpan prompt, const Plan& plan, const Hold& hold,
                                       Lease& lease) {
  BlobPtr point;
  Item* point_item = nullptr;
  if (plan.needs_point) {
    const auto found = std::ranges::find(hold.points(), plan.resume, &Hold::Point::position);
    point_item = found->item;
    point = archive_->take_payload(*point_item).blob;
    if (!point) return point_item->damaged ? Step::again : Step::wait;
  }
  lease.from_host = lease.from_disk = 0;
  int reached = plan.base;
  for (const Hold::Rows& rows : hold.rows()) {
    const int to = std::min(rows.to, plan.resume);
    if (to <= reached) continue;
    const Archive::Payload payload = archive_->take_payload(*rows.item);
    if (!payload.blob) {
      cut(0);
      return rows.item->damaged ? Step::again : Step::wait;
    }
    if (!device_.restore_rows(the_sequence, *payload.blob, reached, to)) {
      archive_->discard(*rows.item);
      cut(0);
      return Step::again;
    }
    (payload.was_on_disk ? lease.from_disk : lease.from_host) += to - reached;
    reached = to;
  }
  tokens_.assign(prompt.begin(), prompt.begin() + plan.resume);
  settled_ = saved_ = plan.resume;
  if (!point || device_.restore_point(the_sequence, *point, plan.resume)) return Step::done;
  archive_->discard(*point_item);
  cut(0);
  return Step::again;
}

/// Keeps the first `length` tokens. REQUIRES: the device can, or it is 0.
void GridPrefixes::cut(int length) {
  device_.trim(the_sequence, length);
  tokens_.resize(static_cast<std::size_t>(length));
  settled_ = std::min(settled_, length);
  saved_ = std::min(saved_, length);
  given_up_ = false;
  points_.erase(points_.upper_bound(length), points_.end());
}

bool GridPrefixes::reserve(int n_tokens) {
  return length() + n_tokens <= device_.n_cells();
}

void GridPrefixes::extend(SequenceId, TokenSpan tokens) {
  if (!leased_) throw std::logic_error("extend of a sequence that is not leased");
  const bool whole_block = settled_ == length() && std::ssize(tokens) == grid_;
  tokens_.insert(tokens_.end(), tokens.begin(), tokens.end());
  if (whole_block) settled_ += grid_;
}

void GridPrefixes::keep_point(SequenceId, int position) {
  if (!has_points() || position != settled_ || position != length() || position == 0) return;
  if (BlobPtr point = device_.save_point(the_sequence, position)) {
    points_[position] = std::move(point);
  }
}

/// What was not computed in whole blocks is not kept.
void GridPrefixes::release(SequenceId, Ending ending) {
  leased_ = false;
  if (ending == Ending::whole && settled_ == length()) return;
  if (ending == Ending::whole && !has_points()) {
    cut(settled_);
    return;
  }
  save_all();
  cut(0);
}

/// Gives one piece of rows to the archive, and the points that stand on what it has. False if there
/// is nothing to give, or it is not taken.
bool GridPrefixes::save_piece() {
  if (given_up_ || (saved_ >= settled_ && points_.empty())) return false;
  const std::vector<Token> bound =
      bound_blocks(TokenSpan(tokens_).first(static_cast<std::size_t>(settled_)), grid_);
  const int stored = archive_->reach(bound).rows;
  saved_ = stored;
  if (stored < settled_) {
    const int to = std::min(stored + piece_tokens_, settled_);
    const std::uint64_t expected = static_cast<std::uint64_t>(to - stored) * device_.row_bytes();
    // Off the grid there are two blocks whose first tokens happen to be bound alike.
    bool taken = stored % grid_ == 0 && archive_->make_room(expected);
    if (taken) {
      BlobPtr rows = device_.save_rows(the_sequence, stored, to);
      taken = rows && archive_->put_rows(TokenSpan(bound).first(static_cast<std::size_t>(to)),
                                         stored, std::move(rows));
    }
    if (!taken) {
      given_up_ = true;
      return false;
    }
    saved_ = to;
  }
  hand_over_points(bound);
  return true;
}

void GridPrefixes::hand_over_points(TokenSpan bound) {
  while (!points_.empty() && points_.begin()->first <= saved_) {
    const auto first = points_.begin();
    archive_->put_point(bound.first(static_cast<std::size_t>(first->first)),
                        std::move(first->second));
    points_.erase(first);
  }
}

void GridPrefixes::save_all() {
  while (save_piece()) {
  }
}

bool GridPrefixes::tidy() {
  // A running request is saved by whole pieces: small ones would be many entries.
  const bool small = leased_ && settled_ - saved_ < piece_tokens_;
  if (!small && save_piece()) return true;
  archive_->poll();
  return false;
}

void GridPrefixes::clear() {
  points_.clear();
  if (!leased_) cut(0);
  archive_->clear();
}

}  // namespace hearth::kv
