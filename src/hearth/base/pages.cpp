#include "hearth/base/pages.h"

#include <sys/mman.h>
#include <unistd.h>

#include <new>
#include <utility>

namespace hearth {
namespace {

std::size_t whole_pages(std::size_t size) {
  static const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return (size + page - 1) / page * page;
}

}  // namespace

Pages::Pages(std::size_t size) : mapped_(whole_pages(size)) {
  if (size == 0) return;
  void* const mapped =
      ::mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  data_ = static_cast<std::byte*>(mapped);
}

Pages::Pages(Pages&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), mapped_(std::exchange(other.mapped_, 0)) {}

Pages& Pages::operator=(Pages&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(mapped_, other.mapped_);
  return *this;
}

Pages::~Pages() {
  if (data_ != nullptr) ::munmap(data_, mapped_);
}

void Pages::shrink(std::size_t size) {
  const std::size_t kept = whole_pages(size);
  if (data_ == nullptr || kept >= mapped_) return;
  ::munmap(data_ + kept, mapped_ - kept);
  mapped_ = kept;
  if (kept == 0) data_ = nullptr;
}

}  // namespace hearth
