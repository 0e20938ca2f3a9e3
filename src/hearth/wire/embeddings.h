#pragma once

#include <string>
#include <variant>
#include <vector>

#include "hearth/base/error.h"
#include "hearth/base/json.h"

namespace hearth::wire {

/// Who asks for embeddings, and so how they are written.
enum class EmbeddingForm {
  openai,        ///< POST /v1/embeddings
  ollama,        ///< POST /api/embed
  ollama_older,  ///< POST /api/embeddings: one text, one vector
};

struct EmbeddingRequest {
  std::string model;  ///< empty where the client named none
  /// Texts, or tokens.
  std::vector<std::variant<std::string, std::vector<int>>> input;
  int dimensions = 0;     ///< so many numbers of each vector are wanted; 0: all
  bool base64 = false;    ///< as the bytes of 32-bit floats, little-endian
  bool truncate = false;  ///< a text that is too long loses its end
  std::vector<std::string> warnings;
};

/// Errors: invalid_request, with the path of the first thing that is wrong.
Result<EmbeddingRequest> decode_embedding_request(const json::value& body, EmbeddingForm form);

/// `vectors` in the order of the input.
json::object encode_embeddings(const std::vector<std::vector<float>>& vectors, int n_tokens,
                               double total_ms, const EmbeddingRequest& request,
                               EmbeddingForm form);

}  // namespace hearth::wire
