#pragma once

#include <list>
#include <memory>
#include <vector>

#include "hearth/engine/context.h"
#include "hearth/engine/task.h"
#include "hearth/kv/prefix_cache.h"

namespace hearth::engine {

/// Continuous batching over one context: first come, first served, decodes and prefill pieces in
/// one batch. Owned by the engine's thread.
///
/// - A request whose prefix is just being computed for another waits for it and shares it.
/// - While others decode, a prefill goes on in pieces of about a quarter of a second.
/// - When the pool is full, the youngest request is parked: it gives up its sequence, waits, and
///   goes on from whatever prefix of it is still there.
class Scheduler {
 public:
  /// `tokens_per_ms` is the prefill rate to begin with; it is measured from then on.
  Scheduler(Context& context, kv::PrefixCache& cache, double tokens_per_ms);

  void add(std::unique_ptr<Task> task);
  [[nodiscard]] bool idle() const { return waiting_.empty() && running_.empty(); }
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
  void add_rows(Task& task, int n_tokens, std::vector<Context::Row>& rows,
                std::vector<Piece>& pieces);
  [[nodiscard]] int n_outstanding() const;
  [[nodiscard]] int prefill_budget(bool others_decode) const;
  void park_youngest();
  void mark_batch(const std::vector<Piece>& pieces, bool running);
  void after_decode(const std::vector<Piece>& pieces, double ms);
  void after_abort(const std::vector<Piece>& pieces);
  void take_token(Task& task, Token token);
  void report_progress(Task& task);
  void finish(Task& task, chat::StopReason reason, std::string stop_sequence);
  void end(Task& task, const Error& error);
  void release(Task& task);
  [[nodiscard]] chat::Usage usage(const Task& task) const;

  Context& context_;
  kv::PrefixCache& cache_;
  double tokens_per_ms_;
  TaskList waiting_;
  TaskList running_;
};

}  // namespace hearth::engine
