#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>

namespace hearth::kv {

/// Bytes of KV state as a device gave them. Never changed once made, so that host memory, the
/// disk's writer and a restore can hold the same one.
class Blob {
 public:
  Blob(std::unique_ptr<std::byte[]> data, std::size_t size) : data_(std::move(data)), size_(size) {}

  /// Room for `size` bytes, not cleared: to be filled through `data` before it is shared.
  static std::pair<std::shared_ptr<Blob>, std::byte*> of_size(std::size_t size) {
    auto data = std::make_unique_for_overwrite<std::byte[]>(size);
    std::byte* const bytes = data.get();
    return {std::make_shared<Blob>(std::move(data), size), bytes};
  }
  /// Only a size, for simulations: bytes() is empty.
  static std::shared_ptr<const Blob> pretended(std::size_t size) {
    return std::make_shared<const Blob>(nullptr, size);
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::span<const std::byte> bytes() const {
    return {data_.get(), data_ ? size_ : 0};
  }

 private:
  std::unique_ptr<std::byte[]> data_;
  std::size_t size_ = 0;
};

using BlobPtr = std::shared_ptr<const Blob>;

}  // namespace hearth::kv
