#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "hearth/base/error.h"
#include "hearth/base/json.h"

namespace hearth::wire {

/// A request to rank documents, in the form that Jina's, Cohere's and llama.cpp's servers share
/// (`documents`), or in that of Text Embeddings Inference (`texts`).
struct RerankRequest {
  std::string model;  ///< empty where the client named none
  std::string query;
  std::vector<std::string> documents;
  std::optional<int> top_n;       ///< so many of the best; without it all
  bool texts_form = false;        ///< that of Text Embeddings Inference
  bool return_documents = false;  ///< the results hold the documents' texts
  std::vector<std::string> warnings;
};

/// Errors: invalid_request, with the path of the first thing that is wrong.
Result<RerankRequest> decode_rerank_request(const json::value& body);

/// `scores` in the order of the documents; the best come first. REQUIRES: as many of them.
json::value encode_ranks(const std::vector<float>& scores, int n_tokens,
                         const RerankRequest& request);

}  // namespace hearth::wire
