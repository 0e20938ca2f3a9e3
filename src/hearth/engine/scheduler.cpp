#include "hearth/engine/scheduler.h"

#include <fmt/format.h>

#include <algorithm>

#include "hearth/engine/output_format.h"

namespace hearth::engine {
namespace {

/// More sequences than this are not computed at once: the others hold prefixes.
constexpr int most_running = 8;
/// A prefix shorter than this is not worth waiting for.
constexpr int shared_prefix_worth_waiting = 32;
/// Length of a prefill piece while others decode.
constexpr double piece_ms = 250;
constexpr int smallest_piece = 16;

int common_prefix(const std::vector<Token>& a, const std::vector<Token>& b) {
  return static_cast<int>(std::ranges::mismatch(a, b).in1 - a.begin());
}

}  // namespace

Scheduler::Scheduler(Context& context, kv::PrefixCache& cache, double tokens_per_ms)
    : context_(context), cache_(cache), tokens_per_ms_(tokens_per_ms) {}

void Scheduler::add(std::unique_ptr<Task> task) {
  if (start(*task)) waiting_.push_back(std::move(task));
}

/// Checks what can be checked before a sequence is needed.
bool Scheduler::start(Task& task) {
  const int window = context_.n_cells();
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
    case Context::Outcome::done: after_decode(pieces, ms); break;
    case Context::Outcome::aborted: after_abort(pieces); break;
    case Context::Outcome::no_room:
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
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    if (static_cast<int>(running_.size()) >= most_running) return;
    Task& task = **it;
    if (waits_for_shared_prefix(task)) {
      ++it;
      continue;
    }
    if (!try_admit(task)) return;
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
  const int now = cache_.longest_prefix(task.tokens);
  return std::ranges::any_of(running_, [&](const auto& other) {
    const int shared = std::min(common_prefix(task.tokens, other->tokens),
                                static_cast<int>(task.tokens.size()) - 1);
    return shared > other->n_computed && shared - now >= shared_prefix_worth_waiting;
  });
}

bool Scheduler::try_admit(Task& task) {
  const auto lease = cache_.acquire(task.tokens);
  if (!lease) return false;
  const int missing = static_cast<int>(task.tokens.size()) - lease->reused;
  if (!cache_.reserve(missing + n_outstanding())) {
    cache_.release(lease->sequence);
    return false;
  }
  task.sequence = lease->sequence;
  task.n_computed = lease->reused;
  if (!task.started) {
    task.started = true;
    task.n_reused = lease->reused;
    task.admitted = Clock::now();
    task.delivery->deliver(chat::Started{usage(task)});
    report_progress(task);
  }
  return true;
}

int Scheduler::prefill_budget(bool others_decode) const {
  const int largest = context_.options().n_ubatch;
  if (!others_decode) return largest;
  return std::clamp(static_cast<int>(tokens_per_ms_ * piece_ms), smallest_piece, largest);
}

std::vector<Scheduler::Piece> Scheduler::plan_batch(std::vector<Context::Row>& rows) {
  std::vector<Piece> pieces;
  const auto n_decoding =
      std::ranges::count_if(running_, [](const auto& task) { return !task->prefilling(); });

  // A cell counts as used when it is computed, so what is still to come is asked for together.
  while (!running_.empty() && !cache_.reserve(n_outstanding())) {
    if (running_.size() == 1) {
      finish(*running_.front(), chat::StopReason::context_full, {});
      running_.clear();
      return {};
    }
    park_youngest();
  }

  for (const auto& task : running_) {
    if (!task->prefilling()) add_rows(*task, 1, rows, pieces);
  }
  int budget = std::min(prefill_budget(n_decoding > 0),
                        context_.options().n_ubatch - static_cast<int>(rows.size()));
  for (const auto& task : running_) {
    if (!task->prefilling() || budget <= 0) continue;
    const int n = std::min(task->n_missing(), budget);
    add_rows(*task, n, rows, pieces);
    budget -= n;
  }
  return pieces;
}

void Scheduler::add_rows(Task& task, int n_tokens, std::vector<Context::Row>& rows,
                         std::vector<Piece>& pieces) {
  for (int i = 0; i < n_tokens; ++i) {
    const int position = task.n_computed + i;
    const bool last = position + 1 == static_cast<int>(task.tokens.size());
    rows.push_back(
        {task.tokens[static_cast<std::size_t>(position)], position, task.sequence, last});
  }
  pieces.push_back({&task, n_tokens, static_cast<int>(rows.size()) - 1});
}

void Scheduler::park_youngest() {
  std::unique_ptr<Task> task = std::move(running_.back());
  running_.pop_back();
  release(*task);
  waiting_.push_front(std::move(task));
}

void Scheduler::mark_batch(const std::vector<Piece>& pieces, bool running) {
  // An abort throws the whole batch away. That is right when it belongs to one request; a batch
  // with others' work goes on, and is short because pieces are short then.
  const bool recurrent = context_.resume_points() == kv::ResumePoints::end_only;
  const bool alone = pieces.size() == 1;
  for (const Piece& piece : pieces) {
    const bool worthwhile = alone || (piece.task->prefilling() && !recurrent);
    piece.task->delivery->owns_running_batch = running && worthwhile;
  }
  // Cancelled after the last look and before the mark: nobody else will abort this batch.
  if (running && alone && pieces.front().task->delivery->cancelled()) context_.request_abort();
}

void Scheduler::after_decode(const std::vector<Piece>& pieces, double ms) {
  int n_rows = 0;
  for (const Piece& piece : pieces) n_rows += piece.n_tokens;
  if (n_rows >= smallest_piece) {
    const double rate = n_rows / std::max(ms, 0.001);
    tokens_per_ms_ = tokens_per_ms_ > 0 ? 0.7 * tokens_per_ms_ + 0.3 * rate : rate;
  }
  for (const Piece& piece : pieces) {
    Task& task = *piece.task;
    const auto from = static_cast<std::size_t>(task.n_computed);
    const auto n = static_cast<std::size_t>(piece.n_tokens);
    cache_.extend(task.sequence, kv::TokenSpan(task.tokens).subspan(from, n));
    task.n_computed += piece.n_tokens;
    if (task.n_missing() > 0) {
      report_progress(task);
    } else {
      take_token(task, task.sampler->sample(context_, piece.last_row));
    }
  }
}

void Scheduler::after_abort(const std::vector<Piece>& pieces) {
  if (context_.resume_points() == kv::ResumePoints::any_position) return;
  // A recurrent state may be half updated: it is read again from the start.
  for (const Piece& piece : pieces) {
    context_.trim(piece.task->sequence, 0);
    end(*piece.task, {ErrorKind::cancelled, "the request was cancelled"});
  }
}

void Scheduler::take_token(Task& task, Token token) {
  if (task.n_output == 0) task.first_token = Clock::now();
  const Weights& weights = context_.weights();
  ++task.n_output;
  if (weights.ends_generation(token)) {
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
  if (!text.empty()) task.delivery->deliver(chat::TextDelta{std::move(text)});
  if (task.stops.found()) {
    finish(task, chat::StopReason::stop_sequence, *task.stops.found());
  } else if (task.n_output >= task.limit) {
    finish(task, chat::StopReason::max_tokens, {});
  }
}

void Scheduler::report_progress(Task& task) {
  if (task.n_output > 0) return;
  chat::PrefillProgress progress;
  progress.reused = task.n_reused;
  progress.computed = std::max(task.n_computed - task.n_reused, 0);
  progress.total = task.n_prompt;
  const int left = task.n_prompt - task.n_computed;
  progress.eta_ms = tokens_per_ms_ > 0 ? left / tokens_per_ms_ : 0;
  task.delivery->deliver(progress);
}

void Scheduler::finish(Task& task, chat::StopReason reason, std::string stop_sequence) {
  if (reason != chat::StopReason::stop_sequence) {
    if (std::string rest = task.stops.flush(); !rest.empty()) {
      task.delivery->deliver(chat::TextDelta{std::move(rest)});
    }
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
  release(task);
  task.delivery->deliver(std::move(finished));
}

void Scheduler::end(Task& task, const Error& error) {
  release(task);
  task.delivery->deliver(chat::Failed{error});
}

void Scheduler::release(Task& task) {
  if (task.sequence >= 0) cache_.release(task.sequence);
  task.sequence = -1;
}

chat::Usage Scheduler::usage(const Task& task) const {
  chat::Usage usage;
  usage.prompt_tokens = task.n_prompt;
  usage.reused_tokens = task.n_reused;
  usage.output_tokens = task.n_output;
  return usage;
}

}  // namespace hearth::engine
