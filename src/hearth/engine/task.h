#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "hearth/base/clock.h"
#include "hearth/engine/generation.h"
#include "hearth/engine/pace.h"
#include "hearth/engine/stop_scanner.h"
#include "hearth/kv/prefix_cache.h"

namespace hearth::engine {

/// The part of a generation that the client's side and the engine's thread share.
class Delivery {
 public:
  explicit Delivery(chat::EventSink sink) : sink_(std::move(sink)) {}

  /// Engine's thread. Nothing is delivered after cancel() has returned.
  void deliver(chat::Event event) {
    const std::lock_guard lock(mutex_);
    if (!cancelled_) sink_(std::move(event));
  }

  /// Client's side. The sink, and what it keeps alive, is gone when this returns.
  void cancel() {
    chat::EventSink gone;
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    gone = std::move(sink_);
  }

  [[nodiscard]] bool cancelled() const { return cancelled_; }

  /// Set while a decode runs that would be for nothing if this were cancelled.
  std::atomic<bool> owns_running_batch{false};

 private:
  std::mutex mutex_;
  std::atomic<bool> cancelled_{false};
  chat::EventSink sink_;
};

/// A generation as the engine's thread works on it.
struct Task {
  Task(Generation asked, std::shared_ptr<Delivery> to)
      : generation(std::move(asked)),
        delivery(std::move(to)),
        tokens(generation.prompt.tokens),
        n_prompt(static_cast<int>(tokens.size())),
        stops(generation.stops) {}

  Generation generation;
  std::shared_ptr<Delivery> delivery;
  std::unique_ptr<Sampler> sampler;

  /// The prompt, and behind it what was generated. All but the last are, or will be, in the cache.
  std::vector<Token> tokens;
  int n_prompt;
  int n_computed = 0;  ///< how many of `tokens` are in the sequence now
  kv::SequenceId sequence = -1;
  kv::Preparation preparation;
  /// Positions in the prompt from which others may want to resume, ascending.
  std::vector<int> resume_points;
  ReadingRate rate;

  int n_reused = 0;  ///< at the first admission
  int n_ahead = 0;   ///< computed ahead while idle, since the request before this one
  int n_output = 0;
  int limit = 0;  ///< on n_output
  bool started = false;
  std::vector<chat::SampledToken> unsent;  ///< probabilities of tokens whose text is held back
  bool shares = false;  ///< waits for a prefix that is being computed for another
  StopScanner stops;

  Clock::time_point arrived = Clock::now();
  Clock::time_point admitted;
  Clock::time_point first_token;

  [[nodiscard]] bool admitted_now() const { return sequence >= 0; }
  /// Tokens that are known and not yet computed.
  [[nodiscard]] int n_missing() const { return static_cast<int>(tokens.size()) - n_computed; }
  /// True while more than the one token of a decode step is to be computed.
  [[nodiscard]] bool prefilling() const { return n_output == 0 || n_missing() > 1; }
};

}  // namespace hearth::engine
