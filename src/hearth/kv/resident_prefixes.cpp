#include "hearth/kv/resident_prefixes.h"

#include <algorithm>
#include <stdexcept>

#include "hearth/kv/common_prefix.h"

namespace hearth::kv {
ResidentPrefixes::ResidentPrefixes(StateDevice& device)
    : device_(device), residents_(static_cast<std::size_t>(device.n_sequences())) {}

int ResidentPrefixes::resumable(const Resident& resident, TokenSpan prompt) const {
  const int common = common_prefix(resident.tokens, prompt);
  const int usable = std::min(common, static_cast<int>(prompt.size()) - 1);
  if (device_.resume_points() == ResumePoints::any_position) return std::max(usable, 0);
  const bool at_end = usable == static_cast<int>(resident.tokens.size());
  return at_end && !resident.leased ? usable : 0;
}

ResidentPrefixes::Match ResidentPrefixes::best_match(TokenSpan prompt) const {
  Match best;
  for (std::size_t i = 0; i < residents_.size(); ++i) {
    const int length = resumable(residents_[i], prompt);
    const bool longer = length > best.length;
    // Of two equal ones the idle one is taken: it can be continued in place.
    const bool as_long_and_idle = length > 0 && length == best.length && !residents_[i].leased &&
                                  residents_[static_cast<std::size_t>(best.sequence)].leased;
    if (longer || as_long_and_idle) best = {static_cast<SequenceId>(i), length};
  }
  return best;
}

int ResidentPrefixes::longest_prefix(TokenSpan prompt) const {
  return best_match(prompt).length;
}

SequenceId ResidentPrefixes::oldest_unleased() const {
  SequenceId oldest = -1;
  for (std::size_t i = 0; i < residents_.size(); ++i) {
    if (residents_[i].leased) continue;
    if (oldest < 0 ||
        residents_[i].last_use < residents_[static_cast<std::size_t>(oldest)].last_use) {
      oldest = static_cast<SequenceId>(i);
    }
  }
  return oldest;
}

std::optional<Lease> ResidentPrefixes::acquire(TokenSpan prompt, Preparation&) {
  const Match match = best_match(prompt);
  SequenceId target = oldest_unleased();
  if (target < 0) return std::nullopt;

  if (match.length == 0) {
    cut(target, 0);
  } else {
    Resident& source = residents_[static_cast<std::size_t>(match.sequence)];
    const bool whole = match.length == static_cast<int>(source.tokens.size());
    const bool mostly = match.length * 2 >= static_cast<int>(source.tokens.size());
    const bool must_stay = device_.resume_points() != ResumePoints::any_position;
    if (!source.leased && (whole || mostly || must_stay || target == match.sequence)) {
      // Going on in place. A sequence of which less than half is wanted is kept and shared
      // instead: it is another conversation with the same beginning.
      target = match.sequence;
      cut(target, match.length);
    } else {
      source.last_use = ++uses_;
      share(match.sequence, target, match.length);
    }
  }
  Resident& resident = residents_[static_cast<std::size_t>(target)];
  resident.leased = true;
  resident.last_use = ++uses_;
  const int reused = static_cast<int>(resident.tokens.size());
  return Lease{.sequence = target, .reused = reused, .known = reused};
}

bool ResidentPrefixes::reserve(int n_tokens) {
  while (book_.used() + n_tokens > device_.n_cells()) {
    SequenceId victim = -1;
    for (std::size_t i = 0; i < residents_.size(); ++i) {
      const Resident& resident = residents_[i];
      if (resident.leased || resident.tokens.empty()) continue;
      if (victim < 0 || resident.last_use < residents_[static_cast<std::size_t>(victim)].last_use) {
        victim = static_cast<SequenceId>(i);
      }
    }
    if (victim < 0) return false;
    cut(victim, 0);
  }
  return true;
}

void ResidentPrefixes::extend(SequenceId sequence, TokenSpan tokens) {
  Resident& resident = residents_.at(static_cast<std::size_t>(sequence));
  if (!resident.leased) throw std::logic_error("extend of a sequence that is not leased");
  resident.tokens.insert(resident.tokens.end(), tokens.begin(), tokens.end());
  book_.grow(resident.cells, tokens.size());
  resident.last_use = ++uses_;
}

void ResidentPrefixes::release(SequenceId sequence, Ending ending) {
  residents_.at(static_cast<std::size_t>(sequence)).leased = false;
  if (ending == Ending::broken) cut(sequence, 0);
}

std::vector<TokenSpan> ResidentPrefixes::sequences() const {
  std::vector<TokenSpan> held;
  held.reserve(residents_.size());
  for (const Resident& resident : residents_) held.emplace_back(resident.tokens);
  return held;
}

void ResidentPrefixes::clear() {
  for (std::size_t i = 0; i < residents_.size(); ++i) {
    if (!residents_[i].leased) cut(static_cast<SequenceId>(i), 0);
  }
}

void ResidentPrefixes::cut(SequenceId sequence, int length) {
  Resident& resident = residents_[static_cast<std::size_t>(sequence)];
  const auto keep = static_cast<std::size_t>(length);
  if (resident.tokens.size() == keep) return;
  const bool trimmed = device_.trim(sequence, length);
  const std::size_t left = trimmed ? keep : 0;
  book_.cut(resident.cells, left);
  resident.tokens.resize(left);
}

void ResidentPrefixes::share(SequenceId from, SequenceId to, int length) {
  const Resident& source = residents_[static_cast<std::size_t>(from)];
  Resident& target = residents_[static_cast<std::size_t>(to)];
  const auto n = static_cast<std::ptrdiff_t>(length);
  book_.cut(target.cells, 0);
  target.tokens.assign(source.tokens.begin(), source.tokens.begin() + n);
  book_.share(source.cells, target.cells, static_cast<std::size_t>(length));
  device_.copy(from, to, length);
}

}  // namespace hearth::kv
