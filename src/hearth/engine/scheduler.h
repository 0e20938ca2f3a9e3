#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <vector>

#include "hearth/engine/cache_note.h"
#include "hearth/engine/context.h"
#include "hearth/engine/pace.h"
#include "hearth/engine/task.h"
#include "hearth/engine/turns.h"
#include "hearth/kv/prefix_cache.h"

namespace hearth::engine {

/// Continuous batching over one context: decodes and prefill pieces in one batch. Owned by the
/// engine's thread, but for `yields`.
///
/// - Answers being written go on in every batch. Of the prompts being read the one that needs least
///   goes first, and the one that needs most always gets its share of the time (see Turns).
/// - A prefill goes on in pieces that nobody has to wait for (see Pace). One that is alone takes
///   large ones. An arrival breaks a piece of the longest off.
/// - A request whose prefix is just being computed for another waits for it and shares it.
/// - When the pool is full, the youngest request is parked: it gives up its sequence, waits, and
///   goes on from whatever prefix of it is still there.
class Scheduler {
 public:
  struct Hooks {
    /// Whether there are requests that add was not given yet. From any thread.
    std::function<bool()> somebody_came;
    /// A task has ended as it should, and its tokens are still there.
    std::function<void(const Task&)> served;
  };
  struct Rates {
    double tokens_per_ms = 0;     ///< of prefill to begin with; it is measured from then on
    double longest_share = 0.25;  ///< of the time, for the prompt that needs most, at least
  };
  Scheduler(Context& context, kv::PrefixCache& cache, const Rates& rates, Hooks hooks);

  void add(std::unique_ptr<Task> task);
  [[nodiscard]] bool idle() const { return waiting_.empty() && running_.empty(); }
  /// False if all that is there waits for something that is being brought into memory.
  [[nodiscard]] bool can_step() const { return !running_.empty() || !bringing_; }
  /// True while a batch runs that should be broken off (Context::request_abort) for an arrival:
  /// nothing of others is lost by it. From any thread.
  [[nodiscard]] bool yields() const { return yields_; }
  /// Admits what can be admitted and computes one batch.
  void step();
  /// Ends everything with `error`.
  void fail_all(const Error& error);

 private:
  using TaskList = std::list<std::unique_ptr<Task>>;

  struct Piece {
    Task* task = nullptr;
    int n_tokens = 0;
    int last_row = 0;
  };

  void drop_cancelled();
  void admit();
  [[nodiscard]] bool waits_for_shared_prefix(const Task& task) const;
  bool try_admit(Task& task);
  [[nodiscard]] bool start(Task& task);
  std::vector<Piece> plan_batch(std::vector<Context::Row>& rows);
  [[nodiscard]] bool holds_up(const std::vector<Piece>& pieces) const;
  [[nodiscard]] int largest_piece(const Task& task, int decode_rows, int left) const;
  void add_shorter(const std::vector<Task*>& by_need, int left, std::vector<Context::Row>& rows,
                   std::vector<Piece>& pieces);
  int add_piece(Task& task, int most, std::vector<Context::Row>& rows, std::vector<Piece>& pieces);
  void add_rows(Task& task, int n_tokens, std::vector<Context::Row>& rows,
                std::vector<Piece>& pieces);
  [[nodiscard]] int n_outstanding() const;
  [[nodiscard]] std::string cache_note(const Task& task, const kv::Lease& lease);
  [[nodiscard]] bool alone() const;
  [[nodiscard]] Turns::Others others(bool shorter_prompts) const;
  [[nodiscard]] std::vector<Task*> reading_by_need() const;
  void park_youngest();
  void make_room();
  void mark_batch(const std::vector<Piece>& pieces, bool running);
  void note_pace(const std::vector<Piece>& pieces, double ms);
  void after_decode(const std::vector<Piece>& pieces, double ms);
  void after_abort(const std::vector<Piece>& pieces);
  void take_token(Task& task, Token token);
  void send_text(Task& task, std::string text);
  void report_progress(Task& task);
  void finish(Task& task, chat::StopReason reason, std::string stop_sequence);
  void end(Task& task, const Error& error);
  void release(Task& task, kv::PrefixCache::Ending ending = kv::PrefixCache::Ending::whole);
  [[nodiscard]] chat::Usage usage(const Task& task) const;

  Context& context_;
  kv::PrefixCache& cache_;
  Pace pace_;
  Turns turns_;
  Task* piece_of_longest_ = nullptr;  ///< whose piece is in the batch, if the longest's is
  LastPrompts last_prompts_;
  Hooks hooks_;
  std::atomic<bool> yields_{false};
  Clock::time_point last_company_;  ///< when somebody came while others were at work
  bool bringing_ = false;
  int no_room_ = 0;  ///< batches in a row
  TaskList waiting_;
  TaskList running_;
};

}  // namespace hearth::engine
