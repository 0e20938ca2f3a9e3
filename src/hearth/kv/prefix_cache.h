#pragma once

#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "hearth/kv/state_device.h"

namespace hearth::kv {

/// A sequence handed to one request, already holding the first `reused` tokens of its prompt.
struct Lease {
  SequenceId sequence = -1;
  int reused = 0;
  /// Where these came from; the rest was on the device.
  int from_host = 0;
  int from_disk = 0;
  /// Tokens of the prompt whose rows are known; those behind `reused` could not be resumed from,
  /// for want of a resume point.
  int known = 0;
};

/// What a request has been promised before it gets a sequence.
struct Preparation {
  std::shared_ptr<void> pin;  ///< keeps in memory what was brought there
  /// More of the prompt cannot be brought into memory at once; it is computed again.
  int limit = std::numeric_limits<int>::max();
};

/// Keeps computed prefixes for later requests. Owned by the engine's thread.
///
/// A request's way: prepare until it is true, acquire; then, before each batch, reserve for what
/// the batch adds; after the batch, extend by what was computed, and keep_point where others may
/// want to resume; at the end, release. What was computed stays for others until its room is
/// needed. In between, tidy does the work behind the requests.
class PrefixCache {
 public:
  PrefixCache() = default;
  PrefixCache(const PrefixCache&) = delete;
  PrefixCache& operator=(const PrefixCache&) = delete;
  virtual ~PrefixCache() = default;

  /// How many tokens of `prompt` a request could resume from now. At most prompt.size() - 1: the
  /// last token is always computed, for its logits. No device call.
  [[nodiscard]] virtual int longest_prefix(TokenSpan prompt) const = 0;

  /// Asks for what acquire would use and is not in memory. True if nothing is missing.
  [[nodiscard]] virtual bool prepare(TokenSpan prompt, Preparation& preparation) = 0;

  /// A sequence that holds the longest resumable prefix of `prompt`. Empty if every sequence is
  /// leased, they leave no room, or something has to be brought into memory first: prepare again,
  /// later, with what became of `preparation`. A prefix held by a leased sequence is shared, not
  /// taken.
  [[nodiscard]] virtual std::optional<Lease> acquire(TokenSpan prompt,
                                                     Preparation& preparation) = 0;

  /// Makes sure that `n_tokens` more fit into the pool, parking or dropping unleased sequences,
  /// oldest use first. False if the leased ones leave no room: the request must wait.
  [[nodiscard]] virtual bool reserve(int n_tokens) = 0;

  /// `tokens` were computed at the end of `sequence`. REQUIRES: leased, reserved.
  virtual void extend(SequenceId sequence, TokenSpan tokens) = 0;

  /// Others may want to resume after the first `position` tokens of `sequence`, just computed.
  virtual void keep_point(SequenceId sequence, int position) = 0;

  enum class Ending {
    whole,   ///< the sequence is as extended
    broken,  ///< a computation was broken off, and what is at its end may be wrong
  };
  /// Ends the lease; the sequence stays as a prefix for others.
  virtual void release(SequenceId sequence, Ending ending) = 0;

  /// Some milliseconds of work that no request waits for. True if there is more.
  virtual bool tidy() = 0;
  /// Saves everything that is not saved yet, where there is a place to.
  virtual void save_all() = 0;

  /// What each sequence on the device holds; nothing for one that is free.
  [[nodiscard]] virtual std::vector<TokenSpan> sequences() const = 0;
  /// Cells in use, shared ones once.
  [[nodiscard]] virtual int cells_used() const = 0;
  /// Forgets everything but what requests are using just now.
  virtual void clear() = 0;
};

}  // namespace hearth::kv
