#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hearth/engine/archives.h"
#include "hearth/engine/cache_survey.h"
#include "hearth/engine/context.h"
#include "hearth/engine/generation.h"
#include "hearth/engine/replays.h"
#include "hearth/engine/traffic.h"

namespace hearth::engine {

enum class Mode {
  fast,
  exact,  ///< a prompt gives the same logits to the last bit, wherever its prefix comes from
};

struct InstanceOptions {
  int n_ctx = 0;  ///< the window; 0: planned from the model and the machine's memory
  /// Of the pool that all requests share; empty: as large as the window.
  std::optional<std::uint64_t> device_bytes;
  int n_threads = 0;  ///< 0: the machine's physical cores
  FlashAttention flash_attention = FlashAttention::automatic;
  Mode mode = Mode::fast;
  double prefill_share = 0.25;           ///< Scheduler::Rates::longest_share
  std::shared_ptr<Archives> archives;    ///< null: some of its own, in host memory only
  std::shared_ptr<Traffic> traffic;      ///< is told of served requests; may be null
  std::function<void(int)> watch_width;  ///< ContextOptions::watch_width
};

/// A loaded model with a context of its own, and the thread that owns it. Thread-safe.
class Instance {
 public:
  /// Checks the engine on this model, makes the context, starts the thread. Takes seconds.
  /// Errors: config if `device_bytes` holds less than the window; overloaded without memory.
  static Result<std::unique_ptr<Instance>> create(std::shared_ptr<const Weights> weights,
                                                  const InstanceOptions& options);
  /// Ends running generations with ErrorKind::unavailable.
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  /// Begins a generation; chat::TextDelta carries the raw output. Events come on the engine's
  /// thread.
  [[nodiscard]] std::unique_ptr<Job> generate(Generation generation, chat::EventSink sink);

  /// The next request of `session` will probably begin with `prefix`: it is computed while the
  /// instance is idle.
  void expect(const std::string& session, std::vector<Token> prefix);

  /// True if there is nothing to do, neither asked for nor ahead.
  [[nodiscard]] bool idle() const;

  /// What of its KV state is kept where. Waits for the batch that is running.
  [[nodiscard]] CacheSurvey survey_cache(std::size_t most_conversations);
  /// Forgets all KV state, and what answers were sampled as, but for what requests are using just
  /// now. Waits likewise.
  void clear_cache();
  /// Brings what is likely to be wanted from disk into memory, up to half of the host budget.
  void warm_cache();
  /// True if both have the same memory beyond the device.
  [[nodiscard]] bool shares_memory_with(const Instance& other) const;

  [[nodiscard]] const Weights& weights() const;
  /// What this model's answers were sampled as.
  [[nodiscard]] Replays& replays() const;
  /// The window: tokens of one request and its answer at most.
  [[nodiscard]] int n_ctx() const;
  /// What a person should know about how this was set up, one line each: the context and why, what
  /// the self-check switched off.
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

 private:
  Instance();
  struct Core;
  std::shared_ptr<Core> core_;
  std::vector<std::string> notes_;
};

}  // namespace hearth::engine
