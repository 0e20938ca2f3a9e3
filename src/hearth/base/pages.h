#pragma once

#include <cstddef>

namespace hearth {

/// Bytes with pages of their own: they go back to the system when they are freed. Blocks of KV
/// state, of all sizes, come and go; in the heap they leave holes, and a server grew by a quarter
/// in four thousand requests.
class Pages {
 public:
  Pages() = default;
  /// `size` bytes, zero. Throws std::bad_alloc.
  explicit Pages(std::size_t size);
  Pages(Pages&& other) noexcept;
  Pages& operator=(Pages&& other) noexcept;
  ~Pages();

  /// Null if there are none.
  [[nodiscard]] std::byte* data() const { return data_; }

  /// Gives back the pages behind the first `size` bytes. REQUIRES: size is at most the present one.
  void shrink(std::size_t size);

 private:
  std::byte* data_ = nullptr;
  std::size_t mapped_ = 0;  ///< bytes, whole pages
};

}  // namespace hearth
