#pragma once

#include <string>

#include "hearth/engine/context.h"

namespace hearth::engine {

struct SelfCheck {
  bool flash_attention_agrees = true;
  std::string finding;       ///< what differed, in words; empty if all agreed
  double tokens_per_ms = 0;  ///< prefill rate seen on the way
};

/// Computes the same short prompt with and without flash attention, as a prefill and as a decode
/// step of one row: the top token must be the same and the logits close. (Kernels that accumulate
/// in f16 overflow on models with large keys, and answer garbage without any error.)
Result<SelfCheck> check_flash_attention(const std::shared_ptr<const Weights>& weights,
                                        int n_threads);

}  // namespace hearth::engine
