#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <string>
#include <vector>

#include "hearth/engine/context.h"
#include "hearth/kv/prefix_cache.h"

namespace hearth::engine {

/// Computes, while nobody asks for anything, the prefixes that the next requests will have: what
/// the template makes of a conversation once an answer stands in it, thoughts taken out and turns
/// closed. A request interrupts it at once, and what was done is kept. Owned by the engine's
/// thread, but for `yields`.
class WorkAhead {
 public:
  /// `somebody_came` as in Scheduler.
  WorkAhead(Context& context, kv::PrefixCache& cache, std::function<bool()> somebody_came);

  /// A request of `session` will probably begin with `tokens`. Replaces an earlier guess.
  void expect(const std::string& session, std::vector<Token> tokens);
  /// A request of `session` is there.
  void forget(const std::string& session);

  /// No request is expected any more.
  void clear();

  /// One batch. True if there is more to do now. REQUIRES: the scheduler is idle.
  bool work();
  /// Lets go of the pool, before requests are served.
  void pause();
  /// True while a batch runs that should be broken off (Context::request_abort) for an arrival.
  [[nodiscard]] bool yields() const { return yields_; }

  /// Tokens computed since this was last asked.
  [[nodiscard]] int take_computed();

 private:
  struct Guess {
    std::string session;
    std::vector<Token> tokens;
    std::vector<int> resume_points;
    kv::Preparation preparation;
    kv::SequenceId sequence = -1;
    int n_computed = 0;
  };

  [[nodiscard]] bool begin(Guess& guess);
  void keep_points(const Guess& guess, int before);
  void release(Guess& guess);

  Context& context_;
  kv::PrefixCache& cache_;
  std::function<bool()> somebody_came_;
  std::list<Guess> guesses_;  ///< newest first
  std::atomic<bool> yields_{false};
  int computed_ = 0;
};

}  // namespace hearth::engine
