#pragma once

#include "hearth/engine/weights.h"
#include "hearth/gateway/routes.h"

namespace hearth::cli {

/// Counts with the vocabulary and the template of a local model, without loading its weights: that
/// of the route, else the first that is on this machine; without any, by the length of the texts.
class VocabularyCounter final : public router::TokenCounter {
 public:
  /// REQUIRES: `routes` outlive it.
  explicit VocabularyCounter(const gateway::Routes& routes) : routes_(routes) {}

  [[nodiscard]] std::size_t count(const chat::Request& request,
                                  const router::Target& model) const override;

 private:
  const gateway::Routes& routes_;
};

}  // namespace hearth::cli
