#include "hearth/cli/vocabulary_counter.h"

#include "hearth/engine/prompt.h"
#include "hearth/router/token_estimate.h"

namespace hearth::cli {
namespace {

/// The file of the model that the route leads to, or of the first one there is; empty if none is.
std::filesystem::path file_for(const gateway::Routes& routes, const router::Target& model) {
  std::filesystem::path file = routes.local_models->file_of(model.model);
  for (const std::string& name : routes.local_models->names()) {
    if (file.empty()) file = routes.local_models->file_of(name);
  }
  return file;
}

}  // namespace

std::size_t VocabularyCounter::count(const chat::Request& request,
                                     const router::Target& model) const {
  const std::filesystem::path file = file_for(routes_, model);
  if (!file.empty()) {
    if (const auto vocabulary = engine::Weights::load_vocabulary(file)) {
      if (const auto prompt = engine::render(**vocabulary, request)) return prompt->tokens.size();
    }
  }
  return router::estimated_tokens(request);
}

}  // namespace hearth::cli
