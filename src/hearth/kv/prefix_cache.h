#pragma once

#include <optional>

#include "hearth/kv/state_device.h"

namespace hearth::kv {

/// A sequence handed to one request, already holding the first `reused` tokens of its prompt.
struct Lease {
  SequenceId sequence = -1;
  int reused = 0;
};

/// Keeps computed prefixes for later requests. Owned by the engine's thread.
///
/// A request's way: acquire; then, before each batch, reserve for what the batch adds; after the
/// batch, extend by what was computed; at the end, release. What was computed stays for others
/// until its room is needed.
class PrefixCache {
 public:
  PrefixCache() = default;
  PrefixCache(const PrefixCache&) = delete;
  PrefixCache& operator=(const PrefixCache&) = delete;
  virtual ~PrefixCache() = default;

  /// How many tokens of `prompt` a request could resume from now. At most prompt.size() - 1: the
  /// last token is always computed, for its logits. No device call.
  [[nodiscard]] virtual int longest_prefix(TokenSpan prompt) const = 0;

  /// A sequence that holds the longest resumable prefix of `prompt`. Empty if every sequence is
  /// leased. A prefix held by a leased sequence is shared, not taken.
  [[nodiscard]] virtual std::optional<Lease> acquire(TokenSpan prompt) = 0;

  /// Makes sure that `n_tokens` more fit into the pool, dropping unleased sequences, oldest use
  /// first. False if the leased ones leave no room: the request must wait.
  [[nodiscard]] virtual bool reserve(int n_tokens) = 0;

  /// `tokens` were computed at the end of `sequence`. REQUIRES: leased, reserved.
  virtual void extend(SequenceId sequence, TokenSpan tokens) = 0;

  /// Ends the lease; the sequence stays as a prefix for others.
  virtual void release(SequenceId sequence) = 0;
};

}  // namespace hearth::kv
