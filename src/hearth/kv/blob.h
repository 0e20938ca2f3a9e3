#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>
#include <utility>

namespace hearth::kv {

/// Bytes of KV state as a device gave them. Never changed once made, so that host memory, the
/// disk's writer and a restore can hold the same one.
class Blob {
 public:
  /// Room for `size` bytes, not cleared: to be filled through `data` before it is shared.
  static std::pair<std::shared_ptr<Blob>, std::byte*> of_size(std::size_t size) {
    auto blob = std::shared_ptr<Blob>(new Blob(size));
    blob->data_.reset(static_cast<std::byte*>(std::malloc(size)));
    if (size > 0 && !blob->data_) throw std::bad_alloc();
    std::byte* const data = blob->data_.get();
    return {std::move(blob), data};
  }
  /// Only a size, for simulations: bytes() is empty.
  static std::shared_ptr<const Blob> pretended(std::size_t size) {
    return std::shared_ptr<const Blob>(new Blob(size));
  }

  /// Gives back what is behind the first `size` bytes, before it is shared.
  void shrink(std::size_t size) {
    std::byte* const old = data_.release();
    void* const moved = std::realloc(old, size);
    data_.reset(moved == nullptr ? old : static_cast<std::byte*>(moved));
    size_ = size;
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::span<const std::byte> bytes() const {
    return {data_.get(), data_ ? size_ : 0};
  }

 private:
  struct Free {
    void operator()(std::byte* data) const { std::free(data); }
  };
  explicit Blob(std::size_t size) : size_(size) {}

  std::unique_ptr<std::byte, Free> data_;
  std::size_t size_ = 0;
};

using BlobPtr = std::shared_ptr<const Blob>;

}  // namespace hearth::kv
