#include "hearth/engine/instance.h"

#include <fmt/format.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <thread>
#include <utility>

#include "hearth/base/log.h"
#include "hearth/engine/backend.h"
#include "hearth/engine/compute.h"
#include "hearth/engine/scheduler.h"
#include "hearth/engine/self_check.h"
#include "hearth/engine/work_ahead.h"
#include "hearth/kv/grid_prefixes.h"
#include "hearth/kv/tiered_prefixes.h"
#include "hearth/models/memory_plan.h"

namespace hearth::engine {
namespace {

/// Recurrent layers keep a whole state per sequence, so there are few.
constexpr int sequences_of_attention = 16;
constexpr int sequences_of_recurrent = 4;
/// Between two pieces of saving while requests are at work.
constexpr double tidy_pause_ms = 250;

/// Blocks of the mode `exact`. Larger ones read a little faster, smaller ones leave less to be read
/// again behind an answer; below 64 rows attention takes another, slower way.
constexpr int grid_of_exact = 128;

std::unique_ptr<kv::PrefixCache> prefixes_over(Context& context,
                                               std::shared_ptr<kv::Archive> archive) {
  if (const int grid = context.options().grid; grid > 0) {
    return std::make_unique<kv::GridPrefixes>(context, std::move(archive), grid);
  }
  return std::make_unique<kv::TieredPrefixes>(context, std::move(archive));
}

}  // namespace

/// Everything that the engine's thread and the jobs share.
struct Instance::Core {
  Core(std::unique_ptr<Context> made, std::shared_ptr<ModelMemory> shared,
       const Scheduler::Rates& rates, std::shared_ptr<Traffic> told)
      : traffic(std::move(told)),
        context(std::move(made)),
        memory(std::move(shared)),
        cache(prefixes_over(*context, {memory, &memory->archive})),
        scheduler(*context, *cache, rates,
                  {.somebody_came = [this] { return somebody_came(); },
                   .served = [this](const Task& task) { tell(task); }}),
        ahead(*context, *cache, [this] { return somebody_came(); }),
        subscription(memory->archive.subscribe([this] { note_stored(); })) {}

  bool somebody_came() {
    const std::lock_guard lock(mutex);
    return !arrivals.empty();
  }

  void tell(const Task& task) {
    if (!traffic || !traffic->heard()) return;
    const auto prompt_end = task.tokens.begin() + task.n_prompt;
    traffic->tell({.model = context->weights().path().stem().string(),
                   .session = task.generation.session,
                   .seconds = ms_since(task.arrived) / 1000,
                   .n_reused = task.n_reused,
                   .n_output = task.n_output,
                   .prompt = {task.tokens.begin(), prompt_end}});
  }

  void note_stored() {
    {
      const std::lock_guard lock(mutex);
      stored = true;
    }
    changed.notify_one();
  }

  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      context->clear_abort();
      take_arrivals(stop);
      if (stop.stop_requested()) break;
      scheduler.step();
      tidy_beside_requests();
    }
    take_arrivals(stop);
    scheduler.fail_all({ErrorKind::unavailable, "the server is stopping; try again later"});
    cache->save_all();
  }

  /// Requests hardly notice a piece of some milliseconds now and then.
  void tidy_beside_requests() {
    if (scheduler.idle() || ms_since(tidied) < tidy_pause_ms) return;
    cache->tidy();
    tidied = Clock::now();
  }

  [[nodiscard]] bool has_news() const {
    return !arrivals.empty() || !expected.empty() || !questions.empty() || stored;
  }

  /// Runs `question` on the engine's thread, between two batches, and waits for it.
  void ask(const std::function<void()>& question) {
    std::promise<void> answered;
    {
      const std::lock_guard lock(mutex);
      questions.push_back([&] {
        question();
        answered.set_value();
      });
    }
    changed.notify_one();
    answered.get_future().wait();
  }

  void answer_questions(std::unique_lock<std::mutex>& lock) {
    const auto taken = std::exchange(questions, {});
    if (taken.empty()) return;
    lock.unlock();
    for (const auto& question : taken) question();
    lock.lock();
  }

  /// Waits for a request while there is nothing else to do.
  void take_arrivals(const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    answer_questions(lock);
    while (scheduler.idle() && arrivals.empty() && !stop.stop_requested()) {
      answer_questions(lock);
      const auto guesses = std::exchange(expected, {});
      lock.unlock();
      for (const auto& [session, prefix] : guesses) ahead.expect(session, prefix);
      const bool more = cache->tidy() || ahead.work();
      lock.lock();
      if (more || has_news()) {
        stored = false;
        continue;
      }
      idle = true;
      changed.wait(lock, stop, [this] { return has_news(); });
      idle = false;
      stored = false;
    }
    if (!scheduler.can_step()) {
      changed.wait(lock, stop, [this] { return has_news(); });
      stored = false;
    }
    const auto guesses = std::exchange(expected, {});
    auto taken = std::exchange(arrivals, {});
    lock.unlock();
    for (const auto& [session, prefix] : guesses) ahead.expect(session, prefix);
    if (!taken.empty()) ahead.pause();
    for (auto& task : taken) {
      ahead.forget(task->generation.session);
      task->n_ahead = ahead.take_computed();
      scheduler.add(std::move(task));
    }
  }

  std::shared_ptr<Traffic> traffic;
  std::unique_ptr<Context> context;
  std::shared_ptr<ModelMemory> memory;
  std::unique_ptr<kv::PrefixCache> cache;
  Scheduler scheduler;
  WorkAhead ahead;
  Clock::time_point tidied;

  std::mutex mutex;
  std::condition_variable_any changed;
  std::deque<std::unique_ptr<Task>> arrivals;
  std::vector<std::pair<std::string, std::vector<Token>>> expected;  ///< session and prefix
  std::vector<std::function<void()>> questions;
  bool idle = false;
  bool stored = false;  ///< the archive's store has ended something
  std::shared_ptr<void> subscription;
  std::jthread thread;
};

namespace {

class EngineJob final : public Job {
 public:
  EngineJob(std::shared_ptr<void> keeps_alive, Context& context, std::shared_ptr<Delivery> delivery)
      : keeps_alive_(std::move(keeps_alive)), context_(context), delivery_(std::move(delivery)) {}

  ~EngineJob() override {
    delivery_->cancel();
    if (delivery_->owns_running_batch) context_.request_abort();
  }

 private:
  std::shared_ptr<void> keeps_alive_;
  Context& context_;
  std::shared_ptr<Delivery> delivery_;
};

/// The window that was asked for or is planned.
int choose_window(const Weights& weights, const InstanceOptions& options,
                  std::vector<std::string>& notes) {
  const models::GgufInfo& model = weights.info();
  if (options.n_ctx <= 0) {
    const auto plan = models::plan_context(model, {.host_bytes = models::available_memory(),
                                                   .gpu_bytes = free_gpu_memory(),
                                                   .share_on_gpus = weights.share_on_gpus()});
    notes.push_back(fmt::format("context {} tokens: {}", plan.n_ctx, plan.why));
    return plan.n_ctx;
  }
  const auto trained = model.context_length;
  if (trained > 0 && static_cast<std::uint64_t>(options.n_ctx) > trained) {
    notes.push_back(
        fmt::format("a context of {} tokens is more than the {} that the model was trained for; "
                    "expect worse answers beyond them",
                    options.n_ctx, trained));
  }
  return options.n_ctx;
}

/// The pool is as large as the window, or as many bytes as were asked for hold.
Result<void> size_pool(const Weights& weights, const InstanceOptions& options,
                       ContextOptions& context, std::vector<std::string>& notes) {
  const models::GgufInfo& model = weights.info();
  context.n_window = choose_window(weights, options, notes);
  context.n_ctx = context.n_window;
  const std::uint64_t per_token = model.kv_bytes_per_token();
  if (!options.device_bytes || per_token == 0) return {};
  const auto pool = models::cells_in(*options.device_bytes, model);
  const bool window_asked = options.n_ctx > 0;
  if (pool < models::fewest_cells || (window_asked && pool < context.n_window)) {
    const int needed = window_asked ? context.n_window : models::fewest_cells;
    return fail(ErrorKind::config,
                fmt::format("--kv-device {} holds {} tokens of this model; give at least {} (for "
                            "{}), or a smaller --context",
                            *options.device_bytes, pool, per_token * static_cast<unsigned>(needed),
                            needed));
  }
  context.n_ctx = pool;
  if (pool < context.n_window) {
    context.n_window = pool;
    notes.push_back(fmt::format("context {} tokens: as many as --kv-device holds", pool));
  }
  return {};
}

}  // namespace

Instance::Instance() = default;

Result<std::unique_ptr<Instance>> Instance::create(std::shared_ptr<const Weights> weights,
                                                   const InstanceOptions& options) {
  std::unique_ptr<Instance> instance(new Instance);
  ContextOptions context_options;
  context_options.n_threads = chosen_threads(options.n_threads);
  context_options.flash_attention = options.flash_attention;
  context_options.watch_width = options.watch_width;

  if (auto sized = size_pool(*weights, options, context_options, instance->notes_); !sized) {
    return pass_on(sized);
  }

  double tokens_per_ms = 0;
  if (options.flash_attention != FlashAttention::off) {
    const auto check = check_flash_attention(weights, context_options.n_threads);
    if (!check) return std::unexpected(check.error());
    tokens_per_ms = check->tokens_per_ms;
    if (!check->flash_attention_agrees) {
      context_options.flash_attention = FlashAttention::off;
      instance->notes_.push_back(fmt::format(
          "flash attention is off for this model: on this machine it gives {}", check->finding));
      spdlog::warn("{}", instance->notes_.back());
    }
  }

  context_options.n_sequences =
      weights->has_recurrent_state() ? sequences_of_recurrent : sequences_of_attention;
  if (options.mode == Mode::exact) {
    context_options.n_sequences = 1;
    const int window = weights->n_swa();
    const int grid = window > 0 ? std::min(window, grid_of_exact) : grid_of_exact;
    context_options.grid = context_options.n_ubatch = grid;
    instance->notes_.push_back(
        "mode exact: one request after the other, the same answers whatever is cached");
  }
  auto context = Context::create(weights, context_options);
  if (!context) return pass_on(context);
  auto archives = options.archives ? options.archives : std::make_shared<Archives>(KvBudgets{});
  auto memory = archives->get(*weights, context_options, tokens_per_ms, instance->notes_);
  const Scheduler::Rates rates = {.tokens_per_ms = tokens_per_ms,
                                  .longest_share = options.prefill_share};
  instance->core_ =
      std::make_shared<Core>(std::move(*context), std::move(memory), rates, options.traffic);
  Core& core = *instance->core_;
  core.thread = std::jthread([&core](const std::stop_token& stop) { core.run(stop); });
  return instance;
}

Instance::~Instance() {
  if (!core_) return;
  core_->thread.request_stop();
  core_->context->request_abort();
  core_->thread.join();
}

std::unique_ptr<Job> Instance::generate(Generation generation, chat::EventSink sink) {
  auto delivery = std::make_shared<Delivery>(std::move(sink));
  auto task = std::make_unique<Task>(std::move(generation), delivery);
  {
    const std::lock_guard lock(core_->mutex);
    core_->arrivals.push_back(std::move(task));
  }
  if (core_->scheduler.yields() || core_->ahead.yields()) core_->context->request_abort();
  core_->changed.notify_one();
  return std::make_unique<EngineJob>(core_, *core_->context, std::move(delivery));
}

void Instance::expect(const std::string& session, std::vector<Token> prefix) {
  {
    const std::lock_guard lock(core_->mutex);
    core_->expected.emplace_back(session, std::move(prefix));
  }
  core_->changed.notify_one();
}

bool Instance::idle() const {
  const std::lock_guard lock(core_->mutex);
  return core_->idle && !core_->has_news();
}

CacheSurvey Instance::survey_cache(std::size_t most_conversations) {
  std::vector<std::vector<Token>> sequences;
  int used = 0;
  core_->ask([&] {
    for (const kv::TokenSpan held : core_->cache->sequences()) {
      sequences.emplace_back(held.begin(), held.end());
    }
    used = core_->cache->cells_used();
  });
  const int grid = core_->context->options().grid;
  CacheSurvey survey =
      survey_memory(weights(), *core_->memory, sequences, grid, most_conversations);
  survey.cells_used = used;
  survey.n_cells = core_->context->n_cells();
  survey.row_bytes = core_->context->row_bytes();
  return survey;
}

void Instance::clear_cache() {
  core_->ask([this] {
    core_->ahead.clear();
    core_->cache->clear();
  });
  core_->memory->replays.clear();
}

void Instance::warm_cache() {
  core_->memory->archive.warm();
}

bool Instance::shares_memory_with(const Instance& other) const {
  return core_->memory == other.core_->memory;
}

const Weights& Instance::weights() const {
  return core_->context->weights();
}
Replays& Instance::replays() const {
  return core_->memory->replays;
}
int Instance::n_ctx() const {
  return core_->context->window();
}

}  // namespace hearth::engine
