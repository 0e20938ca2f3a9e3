#include "hearth/engine/scheduler.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "hearth/engine/output_format.h"
#include "hearth/engine/probabilities.h"
#include "hearth/engine/resume_points.h"
#include "hearth/kv/common_prefix.h"

namespace hearth::engine {
namespace {

/// More sequences than this are not computed at once: the others hold prefixes.
constexpr int most_running = 8;
/// Batches in a row that found no cells, before their requests fail.
constexpr int most_no_room = most_running + 1;
/// A prefix shorter than this is not worth waiting for.
constexpr int shared_prefix_worth_waiting = 32;
/// A request that could not be admitted for so long is not overtaken any more.
constexpr double longest_overtaken_ms = 20000;

}  // namespace

Scheduler::Scheduler(Context& context, kv::PrefixCache& cache, const Rates& rates, Hooks hooks)
    : context_(context),
      cache_(cache),
      pace_(rates.tokens_per_ms),
      turns_(rates.longest_share),
      last_prompts_(context.weights()),
      hooks_(std::move(hooks)) {}

void Scheduler::add(std::unique_ptr<Task> task) {
  drop_cancelled();
  if (!start(*task)) return;
  if (!idle() && !waits_for_shared_prefix(*task)) last_company_ = Clock::now();
  waiting_.push_back(std::move(task));
}

/// Checks what can be checked before a sequence is needed.
bool Scheduler::start(Task& task) {
  const int window = context_.window();
  if (task.n_prompt == 0) {
    end(task, {ErrorKind::invalid_request, "the prompt is empty; send at least one token"});
    return false;
  }
  if (task.n_prompt >= window) {
    end(task, {ErrorKind::invalid_request, fmt::format("prompt is too long: {} tokens > {} maximum",
                                                       task.n_prompt, window - 1)});
    return false;
  }
  task.limit = std::min(task.generation.max_tokens.value_or(window), window - task.n_prompt);
  auto sampler = Sampler::create(context_.weights(), task.generation.sampler,
                                 task.generation.prompt.format.get());
  if (!sampler) {
    end(task, sampler.error());
    return false;
  }
  task.sampler = std::move(*sampler);
  task.resume_points = choose_resume_points(context_, task.tokens);
  return true;
}

void Scheduler::step() {
  drop_cancelled();
  admit();
  std::vector<Context::Row> rows;
  const std::vector<Piece> pieces = plan_batch(rows);
  if (rows.empty()) return;

  mark_batch(pieces, true);
  const auto began = Clock::now();
  const Context::Outcome outcome = context_.decode(rows);
  const double ms = ms_since(began);
  mark_batch(pieces, false);
  switch (outcome) {
    case Context::Outcome::done:
      no_room_ = 0;
      after_decode(pieces, ms);
      break;
    case Context::Outcome::aborted: after_abort(pieces); break;
    case Context::Outcome::no_room:
      if (++no_room_ <= most_no_room) {
        make_room();
        break;
      }
      [[fallthrough]];
    case Context::Outcome::failed:
      for (const Piece& piece : pieces) {
        end(*piece.task,
            {ErrorKind::internal, "the engine could not compute this request; the log says why"});
      }
      break;
  }
  std::erase_if(running_, [](const auto& task) { return !task->admitted_now(); });
}

void Scheduler::fail_all(const Error& error) {
  for (TaskList* list : {&waiting_, &running_}) {
    for (const auto& task : *list) end(*task, error);
    list->clear();
  }
}

void Scheduler::drop_cancelled() {
  for (TaskList* list : {&waiting_, &running_}) {
    std::erase_if(*list, [this](const auto& task) {
      if (!task->delivery->cancelled()) return false;
      release(*task);
      return true;
    });
  }
}

void Scheduler::admit() {
  bringing_ = false;
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    if (static_cast<int>(running_.size()) >= most_running) return;
    Task& task = **it;
    task.shares = waits_for_shared_prefix(task);
    if (task.shares) {
      ++it;
      continue;
    }
    if (!cache_.prepare(task.tokens, task.preparation)) {
      bringing_ = true;
      ++it;
      continue;
    }
    if (!try_admit(task)) {
      if (ms_since(task.arrived) > longest_overtaken_ms) return;
      ++it;
      continue;
    }
    running_.push_back(std::move(*it));
    it = waiting_.erase(it);
  }
}

/// Tokens that the running requests are still to compute.
int Scheduler::n_outstanding() const {
  int n = 0;
  for (const auto& task : running_) n += task->n_missing();
  return n;
}

bool Scheduler::waits_for_shared_prefix(const Task& task) const {
  // Who has begun to wait does so to the end.
  const int least = task.shares ? 1 : shared_prefix_worth_waiting;
  const int now = cache_.longest_prefix(task.tokens);
  return std::ranges::any_of(running_, [&](const auto& other) {
    const int shared = std::min(kv::common_prefix(task.tokens, other->tokens),
                                static_cast<int>(task.tokens.size()) - 1);
    return shared > other->n_computed && shared - now >= least;
  });
}

bool Scheduler::try_admit(Task& task) {
  const auto lease = cache_.acquire(task.tokens, task.preparation);
  if (!lease) return false;
  task.preparation = {};
  const int missing = static_cast<int>(task.tokens.size()) - lease->reused;
  if (!cache_.reserve(missing + n_outstanding())) {
    cache_.release(lease->sequence, kv::PrefixCache::Ending::whole);
    return false;
  }
  task.sequence = lease->sequence;
  task.n_computed = lease->reused;
  if (!task.started) {
    task.started = true;
    task.n_reused = lease->reused;
    task.admitted = Clock::now();
    task.delivery->deliver(chat::Started{usage(task), true, cache_note(task, *lease)});
    report_progress(task);
  }
  return true;
}

std::string Scheduler::cache_note(const Task& task, const kv::Lease& lease) {
  std::string note = reuse_in_words(lease, task.n_prompt);
  const std::string divergence = last_prompts_.compare(task.generation.session, task.tokens);
  if (task.n_ahead > 0) {
    note += fmt::format("; {} tokens had been computed ahead while idle", task.n_ahead);
  }
  const std::string more =
      !divergence.empty() ? divergence : new_in_words(context_.weights(), task.tokens, lease.known);
  if (!more.empty()) note += "; " + more;
  return note;
}

void Scheduler::park_youngest() {
  std::unique_ptr<Task> task = std::move(running_.back());
  running_.pop_back();
  release(*task);
  waiting_.push_front(std::move(task));
}

/// The library found no cells although by our books there are some: windows have cells of their
/// own, and sequences that are parked in the pool hold some of them.
void Scheduler::make_room() {
  int in_use = 0;
  for (const auto& task : running_) in_use += task->n_computed;
  if (cache_.reserve(context_.n_cells() - in_use) && no_room_ == 1) return;
  if (running_.size() > 1) park_youngest();
}

void Scheduler::mark_batch(const std::vector<Piece>& pieces, bool running) {
  // An abort throws the whole batch away. That is right for the rows of one prompt, even with some
  // decodes beside them; other batches are short.
  const bool recurrent = context_.resume_points() == kv::ResumePoints::state;
  const bool alone_in_it = pieces.size() == 1;
  for (const Piece& piece : pieces) {
    const bool worthwhile = alone_in_it || (piece.task->prefilling() && !recurrent);
    piece.task->delivery->owns_running_batch = running && worthwhile;
  }
  // On a grid one request is served after the other: who came has to wait anyway.
  const bool one_by_one = context_.options().grid > 0;
  yields_ = running && holds_up(pieces) && turns_.may_break_off() && !recurrent && !one_by_one;
  // Cancelled, or somebody came, after the last look and before the mark: nobody else will abort
  // this batch.
  if (!running) return;
  const bool cancelled = alone_in_it && pieces.front().task->delivery->cancelled();
  if (cancelled || (yields_ && hooks_.somebody_came())) context_.request_abort();
}

void Scheduler::after_decode(const std::vector<Piece>& pieces, double ms) {
  note_pace(pieces, ms);
  for (const Piece& piece : pieces) {
    Task& task = *piece.task;
    const auto from = static_cast<std::size_t>(task.n_computed);
    const auto n = static_cast<std::size_t>(piece.n_tokens);
    cache_.extend(task.sequence, kv::TokenSpan(task.tokens).subspan(from, n));
    const int before = task.n_computed;
    task.n_computed += piece.n_tokens;
    for (auto point = std::ranges::upper_bound(task.resume_points, before);
         point != task.resume_points.end() && *point <= task.n_computed; ++point) {
      cache_.keep_point(task.sequence, *point);
    }
    if (task.n_missing() > 0) {
      report_progress(task);
    } else {
      const Token token = task.sampler->sample(context_, piece.last_row);
      if (const auto n_top = task.generation.top_logprobs) {
        task.unsent.push_back(
            probabilities(context_.weights(), context_.logits(piece.last_row), token, *n_top));
      }
      take_token(task, token);
    }
  }
}

/// The batch is gone, what was computed before it stays. A recurrent state may be half updated.
void Scheduler::after_abort(const std::vector<Piece>& pieces) {
  if (piece_of_longest_ != nullptr) turns_.note_broken_off();
  if (context_.resume_points() != kv::ResumePoints::state) return;
  for (const Piece& piece : pieces) {
    release(*piece.task, kv::PrefixCache::Ending::broken);
    end(*piece.task, {ErrorKind::cancelled, "the request was cancelled"});
  }
}

void Scheduler::take_token(Task& task, Token token) {
  if (task.n_output == 0) task.first_token = Clock::now();
  if (task.limit == 0) {
    finish(task, chat::StopReason::max_tokens, {});
    return;
  }
  const Weights& weights = context_.weights();
  ++task.n_output;
  if (weights.ends_generation(token)) {
    if (!task.unsent.empty()) task.unsent.pop_back();
    finish(task, chat::StopReason::end_turn, {});
    return;
  }
  task.tokens.push_back(token);

  const OutputFormat* format = task.generation.prompt.format.get();
  auto special = Weights::Special::as_text;
  if (format != nullptr && format->structured) {
    const std::string written = weights.piece(token, Weights::Special::as_tokens);
    if (std::ranges::find(format->preserved_tokens, written) != format->preserved_tokens.end()) {
      special = Weights::Special::as_tokens;
    }
  }
  std::string text = task.stops.feed(weights.piece(token, special));
  send_text(task, std::move(text));
  if (task.stops.found()) {
    finish(task, chat::StopReason::stop_sequence, *task.stops.found());
  } else if (task.n_output >= task.limit) {
    finish(task, chat::StopReason::max_tokens, {});
  }
}

void Scheduler::send_text(Task& task, std::string text) {
  if (text.empty()) return;
  task.delivery->deliver(chat::TextDelta{std::move(text), std::exchange(task.unsent, {})});
}

void Scheduler::report_progress(Task& task) {
  if (task.n_output > 0) return;
  chat::PrefillProgress progress;
  progress.reused = task.n_reused;
  progress.computed = std::max(task.n_computed - task.n_reused, 0);
  progress.total = task.n_prompt;
  const int left = task.n_prompt - task.n_computed;
  progress.eta_ms = pace_.tokens_per_ms() > 0 ? left / pace_.tokens_per_ms() : 0;
  task.delivery->deliver(progress);
}

void Scheduler::finish(Task& task, chat::StopReason reason, std::string stop_sequence) {
  if (reason != chat::StopReason::stop_sequence) {
    send_text(task, task.stops.flush());
  }
  chat::Finished finished;
  finished.reason = reason;
  finished.stop_sequence = std::move(stop_sequence);
  finished.usage = usage(task);
  const auto now = Clock::now();
  const auto first = task.n_output > 0 ? task.first_token : now;
  finished.timings.queue_ms = ms_between(task.arrived, task.admitted);
  finished.timings.prefill_ms = ms_between(task.admitted, first);
  finished.timings.decode_ms = ms_between(first, now);
  finished.timings.ttft_ms = ms_between(task.arrived, first);
  if (task.generation.sampled) {
    task.generation.sampled->assign(task.tokens.begin() + task.n_prompt, task.tokens.end());
  }
  hooks_.served(task);
  release(task);
  task.delivery->deliver(std::move(finished));
}

void Scheduler::end(Task& task, const Error& error) {
  release(task);
  task.delivery->deliver(chat::Failed{error});
}

void Scheduler::release(Task& task, kv::PrefixCache::Ending ending) {
  if (task.sequence >= 0) cache_.release(task.sequence, ending);
  task.sequence = -1;
}

chat::Usage Scheduler::usage(const Task& task) const {
  chat::Usage usage;
  usage.prompt_tokens = task.n_prompt;
  usage.reused_tokens = task.n_reused;
  usage.output_tokens = task.n_output;
  usage.ahead_tokens = task.n_ahead;
  return usage;
}

}  // namespace hearth::engine
