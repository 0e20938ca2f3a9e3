#include "hearth/engine/embedder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <llama.h>

#include "hearth/engine/backend.h"
#include "hearth/engine/compute.h"
#include "hearth/engine/rank_prompt.h"

namespace hearth::engine {
namespace {

/// Buffers grow with it, and most of these models were trained for less.
constexpr int longest_text = 4096;
constexpr std::size_t most_together = 16;

}  // namespace

void normalise(std::vector<float>& vector) {
  double sum = 0;
  for (const float value : vector) sum += static_cast<double>(value) * static_cast<double>(value);
  const auto scale = static_cast<float>(sum > 0 ? 1 / std::sqrt(sum) : 0);
  for (float& value : vector) value *= scale;
}

Result<std::shared_ptr<Embedder>> Embedder::create(std::shared_ptr<const Weights> weights,
                                                   int n_threads) {
  const models::GgufInfo& info = weights->info();
  if (info.answers_chats()) {
    return fail(ErrorKind::invalid_request,
                fmt::format("{} makes no embeddings and ranks no documents: its file names no way "
                            "to pool them. Use a model that is made for it, such as "
                            "nomic-embed-text or bge-reranker-v2-m3.",
                            weights->path().filename().string()));
  }
  std::shared_ptr<Embedder> embedder(new Embedder);
  const auto trained = info.context_length > 0 ? info.context_length : 512;
  embedder->n_ctx_ = static_cast<int>(std::min<std::uint64_t>(trained, longest_text));
  llama_context_params params = llama_context_default_params();
  params.embeddings = true;
  // A text is pooled over, or looks at, all of its tokens: it has to fit into one batch.
  params.n_ctx = params.n_batch = params.n_ubatch = static_cast<std::uint32_t>(embedder->n_ctx_);
  params.n_seq_max = most_together;
  params.kv_unified = true;
  params.n_threads = params.n_threads_batch = chosen_threads(n_threads);
  params.no_perf = true;
  take_backend_errors();
  embedder->context_ = llama_init_from_model(weights->model(), params);
  if (embedder->context_ == nullptr) {
    return fail(ErrorKind::overloaded,
                fmt::format("the buffers of {} do not fit into memory: {}",
                            weights->path().filename().string(), take_backend_errors()));
  }
  ggml_threadpool* pool = shared_threadpool(params.n_threads);
  llama_attach_threadpool(embedder->context_, pool, pool);
  embedder->weights_ = std::move(weights);
  return embedder;
}

Embedder::~Embedder() {
  if (context_ != nullptr) llama_free(context_);
}

int Embedder::n_embd() const {
  return llama_model_n_embd_out(weights_->model());
}

std::size_t Embedder::n_pooled() const {
  return weights_->info().ranks_documents ? llama_model_n_cls_out(weights_->model())
                                          : static_cast<std::size_t>(n_embd());
}

Result<Embeddings> Embedder::embed(const std::vector<std::vector<Token>>& texts) {
  if (weights_->info().ranks_documents) {
    return fail(ErrorKind::invalid_request,
                fmt::format("{} makes no embeddings; it ranks documents (POST /v1/rerank)",
                            weights_->path().filename().string()));
  }
  auto made = pool(texts, "input");
  if (!made) return made;
  for (std::vector<float>& vector : made->vectors) normalise(vector);
  return made;
}

Result<Ranks> Embedder::rank(std::string_view query, const std::vector<std::string>& documents) {
  if (!weights_->info().ranks_documents) {
    return fail(ErrorKind::invalid_request,
                fmt::format("{} ranks no documents; it makes embeddings (POST /v1/embeddings)",
                            weights_->path().filename().string()));
  }
  std::vector<std::vector<Token>> texts;
  texts.reserve(documents.size());
  for (const std::string& document : documents) {
    texts.push_back(rank_prompt(*weights_, query, document));
  }
  const auto pooled = pool(texts, "with the query, document");
  if (!pooled) return std::unexpected(pooled.error());
  Ranks ranks;
  ranks.n_tokens = pooled->n_tokens;
  // A model with several classes has the one that counts first.
  for (const std::vector<float>& classes : pooled->vectors) ranks.scores.push_back(classes.front());
  return ranks;
}

Result<Embeddings> Embedder::pool(const std::vector<std::vector<Token>>& texts,
                                  std::string_view what) {
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::size_t n = texts[i].size();
    if (n > 0 && n <= static_cast<std::size_t>(n_ctx_)) continue;
    return fail(ErrorKind::invalid_request,
                n == 0
                    ? fmt::format("{} {} is empty", what, i)
                    : fmt::format("{} {} is too long: {} tokens > {} maximum", what, i, n, n_ctx_));
  }
  const std::lock_guard lock(mutex_);
  Embeddings made;
  std::size_t from = 0;
  while (from < texts.size()) {
    std::size_t to = from;
    std::size_t n_tokens = 0;
    while (to < texts.size() && to - from < most_together &&
           n_tokens + texts[to].size() <= static_cast<std::size_t>(n_ctx_)) {
      n_tokens += texts[to++].size();
    }
    if (auto computed = compute(texts, from, to, made); !computed) return pass_on(computed);
    from = to;
  }
  return made;
}

Result<void> Embedder::compute(const std::vector<std::vector<Token>>& texts, std::size_t from,
                               std::size_t to, Embeddings& made) {
  llama_batch batch = llama_batch_init(n_ctx_, 0, 1);
  for (std::size_t text = from; text < to; ++text) {
    for (std::size_t i = 0; i < texts[text].size(); ++i) {
      const auto row = static_cast<std::size_t>(batch.n_tokens++);
      batch.token[row] = texts[text][i];
      batch.pos[row] = static_cast<llama_pos>(i);
      batch.n_seq_id[row] = 1;
      batch.seq_id[row][0] = static_cast<llama_seq_id>(text - from);
      batch.logits[row] = 1;
    }
  }
  made.n_tokens += batch.n_tokens;
  int status = 0;
  {
    const std::lock_guard lock(compute_mutex());
    if (llama_memory_t memory = llama_get_memory(context_)) llama_memory_clear(memory, true);
    status = llama_decode(context_, batch);
    if (status == 0) llama_synchronize(context_);
  }
  llama_batch_free(batch);
  for (std::size_t text = from; status == 0 && text < to; ++text) {
    const float* pooled =
        llama_get_embeddings_seq(context_, static_cast<llama_seq_id>(text - from));
    if (pooled == nullptr) {
      status = -1;
    } else {
      made.vectors.emplace_back(pooled, pooled + n_pooled());
    }
  }
  if (status == 0) return {};
  return fail(ErrorKind::internal, fmt::format("the texts could not be computed ({}): {}", status,
                                               take_backend_errors()));
}

}  // namespace hearth::engine
