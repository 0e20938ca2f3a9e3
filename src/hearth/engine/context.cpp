#include "hearth/engine/context.h"

#include <fmt/format.h>

#include <mutex>

#include <llama.h>

#include "hearth/engine/backend.h"
#include "hearth/engine/compute.h"

namespace hearth::engine {
namespace {

llama_flash_attn_type to_llama(FlashAttention flash_attention) {
  switch (flash_attention) {
    case FlashAttention::automatic: return LLAMA_FLASH_ATTN_TYPE_AUTO;
    case FlashAttention::on: return LLAMA_FLASH_ATTN_TYPE_ENABLED;
    case FlashAttention::off: return LLAMA_FLASH_ATTN_TYPE_DISABLED;
  }
  return LLAMA_FLASH_ATTN_TYPE_AUTO;
}

/// The mask that a node of a graph attends through has a column for each cell; null: no attention.
const ggml_tensor* attention_mask(const ggml_tensor& node) {
  if (node.op == GGML_OP_FLASH_ATTN_EXT) return node.src[3];
  return node.op == GGML_OP_SOFT_MAX ? node.src[1] : nullptr;
}

/// A ggml_backend_sched_eval_callback that looks at nodes and asks for the values of none.
bool report_width(ggml_tensor* node, bool /*ask*/, void* watch) {
  if (const ggml_tensor* const mask = attention_mask(*node)) {
    (*static_cast<std::function<void(int)>*>(watch))(static_cast<int>(mask->ne[0]));
  }
  return false;
}

}  // namespace

Result<std::unique_ptr<Context>> Context::create(std::shared_ptr<const Weights> weights,
                                                 const ContextOptions& options) {
  std::unique_ptr<Context> context(new Context);
  context->weights_ = std::move(weights);
  context->options_ = options;

  llama_context_params params = llama_context_default_params();
  params.n_ctx = static_cast<std::uint32_t>(options.n_ctx);
  params.n_batch = static_cast<std::uint32_t>(options.n_ubatch);
  params.n_ubatch = static_cast<std::uint32_t>(options.n_ubatch);
  params.n_seq_max = static_cast<std::uint32_t>(options.n_sequences + 1);
  // One output per sequence is ever wanted; the default reserves logits for every row of a batch.
  params.n_outputs_max = params.n_seq_max;
  params.n_threads = options.n_threads;
  params.n_threads_batch = options.n_threads;
  params.flash_attn_type = to_llama(options.flash_attention);
  params.kv_unified = true;
  params.swa_full = options.grid > 0;
  params.no_perf = true;
  params.abort_callback = [](void* flag) {
    return static_cast<std::atomic<bool>*>(flag)->load(std::memory_order_relaxed);
  };
  params.abort_callback_data = &context->abort_;
  if (context->options_.watch_width) {
    params.cb_eval = report_width;
    params.cb_eval_user_data = &context->options_.watch_width;
  }

  take_backend_errors();
  context->context_ = llama_init_from_model(context->weights_->model(), params);
  if (context->context_ == nullptr) {
    return fail(ErrorKind::overloaded,
                fmt::format("a context of {} tokens could not be made: {}. Ask for a smaller one "
                            "with --context.",
                            options.n_ctx, take_backend_errors()));
  }
  ggml_threadpool* pool = shared_threadpool(options.n_threads);
  llama_attach_threadpool(context->context_, pool, pool);
  context->learn_resume_points();
  return context;
}

Context::~Context() {
  if (context_ != nullptr) llama_free(context_);
}

int Context::n_cells() const {
  return static_cast<int>(llama_n_ctx(context_));
}

int Context::window() const {
  return options_.n_window > 0 ? std::min(options_.n_window, n_cells()) : n_cells();
}

Context::Outcome Context::decode(const std::vector<Row>& rows) {
  llama_batch batch = llama_batch_init(static_cast<std::int32_t>(rows.size()), 0, 1);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    batch.token[i] = rows[i].token;
    batch.pos[i] = rows[i].position;
    batch.n_seq_id[i] = 1;
    batch.seq_id[i][0] = rows[i].sequence;
    batch.logits[i] = rows[i].wants_logits ? 1 : 0;
  }
  batch.n_tokens = static_cast<std::int32_t>(rows.size());
  int status = 0;
  {
    const std::lock_guard lock(compute_mutex());
    status = llama_decode(context_, batch);
    // The computation is over when decode returns on the CPU; a GPU may still be at work.
    if (status == 0) llama_synchronize(context_);
  }
  llama_batch_free(batch);
  switch (status) {
    case 0: return Outcome::done;
    case 1: return Outcome::no_room;
    case 2: return Outcome::aborted;
    default: return Outcome::failed;
  }
}

const float* Context::logits(int index) const {
  return llama_get_logits_ith(context_, index);
}

}  // namespace hearth::engine
