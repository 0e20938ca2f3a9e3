#include "hearth/models/gguf.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <fstream>
#include <map>
#include <stdexcept>
#include <variant>

#include "hearth/base/file.h"

namespace hearth::models {
namespace {

static_assert(std::endian::native == std::endian::little, "GGUF is little-endian");

enum class ValueType : std::uint32_t {
  u8,
  i8,
  u16,
  i16,
  u32,
  i32,
  f32,
  boolean,
  string,
  array,
  u64,
  i64,
  f64,
};

struct TensorType {
  std::uint32_t block_elements;
  std::uint32_t block_bytes;
};

/// ggml's block sizes by type number; types unknown here are not measured.
std::optional<TensorType> tensor_type(std::uint32_t type) {
  static const std::map<std::uint32_t, TensorType> types = {
      {0, {1, 4}},      {1, {1, 2}},      {2, {32, 18}},   {3, {32, 20}},    {6, {32, 22}},
      {7, {32, 24}},    {8, {32, 34}},    {10, {256, 84}}, {11, {256, 110}}, {12, {256, 144}},
      {13, {256, 176}}, {14, {256, 210}}, {24, {1, 1}},    {25, {1, 2}},     {26, {1, 4}},
      {27, {1, 8}},     {28, {1, 8}},     {30, {1, 2}},    {39, {32, 17}},
  };
  const auto found = types.find(type);
  if (found == types.end()) return std::nullopt;
  return found->second;
}

/// A header that cannot be right; caught in inspect_gguf.
struct BrokenHeader : std::runtime_error {
  using std::runtime_error::runtime_error;
};

using Scalar = std::variant<std::monostate, std::uint64_t, std::string>;

/// Tokens that llama.cpp takes for "here the text before the gap begins".
constexpr std::array<std::string_view, 6> gap_marks{
    "<|fim_prefix|>", "<fim-prefix>", "<fim_prefix>",
    "<PRE>",          "\u2581<PRE>",  "<\uff5cfim\u2581begin\uff5c>"};

class Reader {
 public:
  Reader(std::ifstream& file, std::uint64_t size) : file_(file), size_(size) {}

  template <class T>
  T number() {
    T value{};
    file_.read(reinterpret_cast<char*>(&value), sizeof value);
    if (!file_) throw BrokenHeader("it ends inside its header");
    return value;
  }

  std::string string() {
    const auto length = number<std::uint64_t>();
    if (length > left()) throw BrokenHeader("a string in its header is longer than the file");
    std::string text(length, '\0');
    file_.read(text.data(), static_cast<std::streamsize>(length));
    if (!file_) throw BrokenHeader("it ends inside its header");
    return text;
  }

  /// Strings and whole numbers are returned; of arrays of numbers the largest element.
  Scalar value(ValueType type) {
    switch (type) {
      case ValueType::u8:
      case ValueType::boolean: return std::uint64_t{number<std::uint8_t>()};
      case ValueType::i8: return clamp(number<std::int8_t>());
      case ValueType::u16: return std::uint64_t{number<std::uint16_t>()};
      case ValueType::i16: return clamp(number<std::int16_t>());
      case ValueType::u32: return std::uint64_t{number<std::uint32_t>()};
      case ValueType::i32: return clamp(number<std::int32_t>());
      case ValueType::u64: return number<std::uint64_t>();
      case ValueType::i64: return clamp(number<std::int64_t>());
      case ValueType::f32: number<float>(); return {};
      case ValueType::f64: number<double>(); return {};
      case ValueType::string: return string();
      case ValueType::array: return array();
    }
    throw BrokenHeader("it holds a value of an unknown type");
  }

  /// An array held the mark that opens a text with a gap.
  [[nodiscard]] bool gap_mark_seen() const { return gap_mark_seen_; }

  std::uint64_t position() { return static_cast<std::uint64_t>(file_.tellg()); }

 private:
  static Scalar clamp(std::int64_t signed_number) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(signed_number, 0));
  }

  std::uint64_t left() { return size_ - position(); }

  Scalar array() {
    const auto type = static_cast<ValueType>(number<std::uint32_t>());
    if (type == ValueType::array) throw BrokenHeader("it holds an array of arrays");
    const auto count = number<std::uint64_t>();
    if (count > left()) throw BrokenHeader("an array in its header is longer than the file");
    std::uint64_t largest = 0;
    bool numbers = false;
    for (std::uint64_t i = 0; i < count; ++i) {
      const Scalar element = value(type);
      if (const auto* text = std::get_if<std::string>(&element)) {
        gap_mark_seen_ = gap_mark_seen_ || std::ranges::find(gap_marks, *text) != gap_marks.end();
      }
      if (const auto* whole = std::get_if<std::uint64_t>(&element)) {
        largest = std::max(largest, *whole);
        numbers = true;
      }
    }
    if (numbers) return largest;
    return {};
  }

  std::ifstream& file_;
  std::uint64_t size_;
  bool gap_mark_seen_ = false;
};

class Metadata {
 public:
  void set(std::string key, Scalar value) { values_[std::move(key)] = std::move(value); }

  [[nodiscard]] bool has(const std::string& key) const { return values_.contains(key); }

  [[nodiscard]] std::string text(const std::string& key) const {
    const auto found = values_.find(key);
    if (found == values_.end()) return {};
    const auto* value = std::get_if<std::string>(&found->second);
    return value != nullptr ? *value : std::string();
  }

  [[nodiscard]] std::uint64_t number(const std::string& key, std::uint64_t otherwise = 0) const {
    const auto found = values_.find(key);
    if (found == values_.end()) return otherwise;
    const auto* value = std::get_if<std::uint64_t>(&found->second);
    return value != nullptr ? *value : otherwise;
  }

 private:
  std::map<std::string, Scalar> values_;
};

constexpr const char* absurd_size = "a tensor in its header is larger than any file";

std::uint64_t product(std::uint64_t left, std::uint64_t right) {
  std::uint64_t result = 0;
  if (__builtin_mul_overflow(left, right, &result)) throw BrokenHeader(absurd_size);
  return result;
}

std::uint64_t sum(std::uint64_t left, std::uint64_t right) {
  std::uint64_t result = 0;
  if (__builtin_add_overflow(left, right, &result)) throw BrokenHeader(absurd_size);
  return result;
}

std::uint64_t tensor_end(Reader& reader) {
  reader.string();
  const auto n_dims = reader.number<std::uint32_t>();
  if (n_dims > 4) throw BrokenHeader("a tensor has more than four dimensions");
  std::uint64_t elements = 1;
  for (std::uint32_t d = 0; d < n_dims; ++d) {
    elements = product(elements, reader.number<std::uint64_t>());
  }
  const auto type = tensor_type(reader.number<std::uint32_t>());
  const auto offset = reader.number<std::uint64_t>();
  if (!type) return offset;
  return sum(offset, product(elements / type->block_elements, type->block_bytes));
}

GgufInfo read_header(std::ifstream& file, std::uint64_t file_bytes) {
  Reader reader(file, file_bytes);
  std::array<char, 4> magic{};
  file.read(magic.data(), magic.size());
  if (!file || std::memcmp(magic.data(), "GGUF", 4) != 0) throw BrokenHeader("it is not GGUF");
  const auto version = reader.number<std::uint32_t>();
  if (version != 2 && version != 3) {
    throw BrokenHeader(fmt::format("its GGUF version is {}; 2 and 3 are known", version));
  }
  const auto n_tensors = reader.number<std::uint64_t>();
  const auto n_values = reader.number<std::uint64_t>();

  Metadata metadata;
  for (std::uint64_t i = 0; i < n_values; ++i) {
    std::string key = reader.string();
    const auto type = static_cast<ValueType>(reader.number<std::uint32_t>());
    metadata.set(std::move(key), reader.value(type));
  }
  std::uint64_t data_end = 0;
  for (std::uint64_t i = 0; i < n_tensors; ++i) data_end = std::max(data_end, tensor_end(reader));
  const std::uint64_t alignment =
      std::max<std::uint64_t>(metadata.number("general.alignment", 32), 1);
  const std::uint64_t data_start =
      product(sum(reader.position(), alignment - 1) / alignment, alignment);
  if (sum(data_start, data_end) > file_bytes) {
    throw BrokenHeader(fmt::format("it is truncated: its tensors need {} bytes, the file has {}",
                                   data_start + data_end, file_bytes));
  }

  GgufInfo info;
  info.architecture = metadata.text("general.architecture");
  info.name = metadata.text("general.name");
  info.chat_template = metadata.text("tokenizer.chat_template");
  info.n_tensors = n_tensors;
  info.file_bytes = file_bytes;
  const auto of_model = [&](const char* key, std::uint64_t otherwise = 0) {
    return metadata.number(info.architecture + "." + key, otherwise);
  };
  info.context_length = of_model("context_length");
  info.n_layers = of_model("block_count");
  info.n_embd = of_model("embedding_length");
  info.n_heads = of_model("attention.head_count");
  info.n_heads_kv = of_model("attention.head_count_kv", info.n_heads);
  const std::uint64_t head = info.n_heads > 0 ? info.n_embd / info.n_heads : 0;
  info.key_length = of_model("attention.key_length", head);
  info.value_length = of_model("attention.value_length", head);
  // llama.h's llama_pooling_type: 0 is none; 1, 2 and 3 make embeddings; 4 ranks.
  const std::uint64_t pooling = of_model("pooling_type");
  info.makes_embeddings = pooling >= 1 && pooling <= 3;
  info.ranks_documents = pooling == 4;
  info.fills_gaps = reader.gap_mark_seen() || metadata.has("tokenizer.ggml.fim_pre_token_id") ||
                    metadata.has("tokenizer.ggml.prefix_token_id");
  return info;
}

}  // namespace

Result<GgufInfo> inspect_gguf(const std::filesystem::path& path) {
  std::error_code ec;
  if (!std::filesystem::exists(path, ec)) {
    return fail(ErrorKind::not_found, fmt::format("there is no model file {}", path.string()));
  }
  if (!std::filesystem::is_regular_file(path, ec)) {
    return fail(ErrorKind::invalid_request,
                fmt::format("{} is not a file; a model is one .gguf file", path.string()));
  }
  const auto file_bytes = std::filesystem::file_size(path, ec);
  std::ifstream file(path, std::ios::binary);
  if (ec || !file) {
    return fail(ErrorKind::io,
                fmt::format("cannot read {}: {}", path.string(), system_reason(errno)));
  }
  try {
    return read_header(file, file_bytes);
  } catch (const BrokenHeader& broken) {
    return fail(ErrorKind::invalid_request,
                fmt::format("{} cannot be used: {}. Fetch it again, or name another file.",
                            path.string(), broken.what()));
  }
}

}  // namespace hearth::models
