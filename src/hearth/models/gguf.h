#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "hearth/base/error.h"

namespace hearth::models {

/// What a GGUF file says of its model, read from its header without loading it.
/// Sizes in bytes, lengths in tokens; 0 where the file does not say.
struct GgufInfo {
  std::string architecture;  ///< general.architecture: "qwen2", "gpt-oss", …
  std::string name;          ///< general.name
  std::uint64_t n_tensors = 0;
  std::uint64_t file_bytes = 0;
  std::uint64_t context_length = 0;  ///< the trained one
  std::uint64_t n_layers = 0;
  std::uint64_t n_heads = 0;
  std::uint64_t n_heads_kv = 0;  ///< the largest over the layers
  std::uint64_t n_embd = 0;
  std::uint64_t key_length = 0;    ///< per head; n_embd / n_heads unless the file says
  std::uint64_t value_length = 0;  ///< likewise
  std::string chat_template;
  /// It pools what its last layer gives to one vector for each text.
  bool makes_embeddings = false;
  /// It gives a document one number: how well it answers a question.
  bool ranks_documents = false;
  /// Its vocabulary has a mark for a gap in a text that is to be filled in.
  bool fills_gaps = false;

  [[nodiscard]] bool answers_chats() const { return !makes_embeddings && !ranks_documents; }

  /// f16 KV state per token, as if every layer were full attention (an upper bound elsewhere).
  [[nodiscard]] std::uint64_t kv_bytes_per_token() const {
    return n_layers * n_heads_kv * (key_length + value_length) * 2;
  }
};

/// Reads the header after the GGUF specification (ggml's docs/gguf.md), versions 2 and 3.
/// Errors: not_found; invalid_request for a file that is not GGUF, of another version, with a
/// broken header, or shorter than the tensors it lists.
Result<GgufInfo> inspect_gguf(const std::filesystem::path& path);

}  // namespace hearth::models
