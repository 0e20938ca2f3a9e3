#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hearth/chat/request.h"
#include "hearth/engine/context.h"

struct common_sampler;

namespace hearth::engine {

struct OutputFormat;

struct SamplerOptions {
  chat::Sampling sampling;
  std::vector<chat::LogitBias> logit_bias;
  std::optional<int> thinking_budget;
  std::string grammar;      ///< GBNF of the whole output, where no OutputFormat is given
  bool ignore_end = false;  ///< go on until max_tokens, for measurements
};

/// Chooses tokens for one answer: grammar, penalties, temperature, by llama-common's sampler; with
/// temperature 0 and nothing else, by the largest logit.
class Sampler {
 public:
  /// Errors: invalid_request for a grammar that llama.cpp refuses, and for a bias on a token that
  /// the model does not have.
  static Result<std::unique_ptr<Sampler>> create(const Weights& weights,
                                                 const SamplerOptions& options,
                                                 const OutputFormat* format);
  ~Sampler();
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  /// The next token after row `row` of the last decode; the sampler has taken note of it.
  Token sample(Context& context, int row);

 private:
  Sampler() = default;
  [[nodiscard]] Token largest(const float* logits) const;

  struct Free {
    void operator()(common_sampler* sampler) const;
  };
  std::unique_ptr<common_sampler, Free> sampler_;  ///< null: greedy
  const Weights* weights_ = nullptr;
  bool ignore_end_ = false;
};

}  // namespace hearth::engine
