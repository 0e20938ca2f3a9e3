#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>

#include "hearth/base/pages.h"

namespace hearth::kv {

/// Bytes of KV state as a device gave them. Never changed once made, so that host memory, the
/// disk's writer and a restore can hold the same one.
class Blob {
 public:
  /// Room for `size` bytes, not cleared: to be filled through `data` before it is shared.
  static std::pair<std::shared_ptr<Blob>, std::byte*> of_size(std::size_t size) {
    auto blob = std::shared_ptr<Blob>(new Blob(size));
    blob->data_ = Pages(size);
    std::byte* const data = blob->data_.data();
    return {std::move(blob), data};
  }
  /// Only a size, for simulations: bytes() is empty.
  static std::shared_ptr<const Blob> pretended(std::size_t size) {
    return std::shared_ptr<const Blob>(new Blob(size));
  }

  /// Gives back what is behind the first `size` bytes, before it is shared.
  void shrink(std::size_t size) {
    data_.shrink(size);
    size_ = size;
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::span<const std::byte> bytes() const {
    return {data_.data(), data_.data() != nullptr ? size_ : 0};
  }

 private:
  explicit Blob(std::size_t size) : size_(size) {}

  Pages data_;
  std::size_t size_ = 0;
};

using BlobPtr = std::shared_ptr<const Blob>;

}  // namespace hearth::kv
