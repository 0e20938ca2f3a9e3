#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/engine/weights.h"

struct llama_context;

namespace hearth::engine {

struct Embeddings {
  std::vector<std::vector<float>> vectors;  ///< one for each text, of length 1
  int n_tokens = 0;                         ///< of all texts
};

struct Ranks {
  std::vector<float> scores;  ///< one for each document; a better answer has a higher one
  int n_tokens = 0;           ///< of all documents, each with the query
};

/// Makes `vector` of length 1, unless it is all zeros.
void normalise(std::vector<float>& vector);

/// Makes embeddings with a model that is made for them, or ranks documents with one that is made
/// for that. Thread-safe; one call computes at a time.
class Embedder {
 public:
  /// `n_threads`: 0 is a core each. Errors: invalid_request for a model that does neither;
  /// overloaded if its buffers do not fit into memory.
  static Result<std::shared_ptr<Embedder>> create(std::shared_ptr<const Weights> weights,
                                                  int n_threads);
  ~Embedder();
  Embedder(const Embedder&) = delete;
  Embedder& operator=(const Embedder&) = delete;

  [[nodiscard]] const Weights& weights() const { return *weights_; }
  /// Tokens that a text may have.
  [[nodiscard]] int longest() const { return n_ctx_; }
  /// Numbers in a vector.
  [[nodiscard]] int n_embd() const;

  /// Pooled as the model says, and normalised. Errors: invalid_request for an empty text or one of
  /// more than `longest` tokens, with its place, or a model that ranks; internal.
  Result<Embeddings> embed(const std::vector<std::vector<Token>>& texts);

  /// How well each of `documents` answers `query`. Errors: likewise.
  Result<Ranks> rank(std::string_view query, const std::vector<std::string>& documents);

 private:
  Embedder() = default;
  /// What the model pools of each text, as it is. `what` a text is to the user: "input".
  Result<Embeddings> pool(const std::vector<std::vector<Token>>& texts, std::string_view what);
  /// Of texts that fit into one batch together.
  Result<void> compute(const std::vector<std::vector<Token>>& texts, std::size_t from,
                       std::size_t to, Embeddings& made);
  /// Numbers that are pooled of a text.
  [[nodiscard]] std::size_t n_pooled() const;

  std::shared_ptr<const Weights> weights_;
  llama_context* context_ = nullptr;
  int n_ctx_ = 0;
  std::mutex mutex_;
};

}  // namespace hearth::engine
