#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hearth::models {

/// Writes GGUF by hand, right or wrong, value by value.
struct GgufBytes {
  std::string bytes;

  template <class T>
  GgufBytes& number(T value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  GgufBytes& raw(std::string_view text) {
    bytes += text;
    return *this;
  }
  GgufBytes& string(std::string_view text) { return number(std::uint64_t{text.size()}).raw(text); }
  GgufBytes& header(std::uint64_t n_tensors, std::uint64_t n_values, std::uint32_t version = 3) {
    return raw("GGUF").number(version).number(n_tensors).number(n_values);
  }
  GgufBytes& text_value(std::string_view key, std::string_view value) {
    return string(key).number(std::uint32_t{8}).string(value);
  }
  GgufBytes& u32_value(std::string_view key, std::uint32_t value) {
    return string(key).number(std::uint32_t{4}).number(value);
  }
  GgufBytes& f32_tensor(std::string_view name, std::uint64_t elements, std::uint64_t offset = 0) {
    return string(name)
        .number(std::uint32_t{1})
        .number(elements)
        .number(std::uint32_t{0})
        .number(offset);
  }
  GgufBytes& align() {
    bytes.resize((bytes.size() + 31) / 32 * 32);
    return *this;
  }
};

/// A whole file: a "qwen2" with one tensor of `elements` f32.
inline std::string tiny_gguf(std::uint64_t elements = 64) {
  GgufBytes file;
  file.header(1, 9)
      .text_value("general.architecture", "qwen2")
      .text_value("general.name", "Tiny")
      .u32_value("qwen2.context_length", 32768)
      .u32_value("qwen2.block_count", 28)
      .u32_value("qwen2.embedding_length", 1536)
      .u32_value("qwen2.attention.head_count", 12)
      .u32_value("qwen2.attention.head_count_kv", 2);
  file.string("tokenizer.ggml.tokens")
      .number(std::uint32_t{9})
      .number(std::uint32_t{8})
      .number(std::uint64_t{2})
      .string("a")
      .string("b");
  file.text_value("tokenizer.chat_template", "{{ messages }}").f32_tensor("weight", elements);
  file.align().raw(std::string(elements * 4, '\1'));
  return file.bytes;
}

}  // namespace hearth::models
