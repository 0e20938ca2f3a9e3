#pragma once

#include <cstdint>
#include <vector>

namespace hearth::kv {

using CellId = std::uint32_t;

/// Which cells of the pool are in how many sequences. The numbers are the book's own: equal numbers
/// in two sequences are one shared cell.
class CellBook {
 public:
  /// Takes `n` new cells to the end of `cells`.
  void grow(std::vector<CellId>& cells, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
      if (free_.empty()) {
        free_.push_back(static_cast<CellId>(users_.size()));
        users_.push_back(0);
      }
      cells.push_back(free_.back());
      users_[free_.back()] = 1;
      free_.pop_back();
    }
    used_ += static_cast<int>(n);
  }

  /// Makes `to` the first `n` of `from`, shared.
  void share(const std::vector<CellId>& from, std::vector<CellId>& to, std::size_t n) {
    to.assign(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(n));
    for (const CellId cell : to) ++users_[cell];
  }

  /// Lets go of all but the first `left`.
  void cut(std::vector<CellId>& cells, std::size_t left) {
    for (std::size_t i = left; i < cells.size(); ++i) {
      if (--users_[cells[i]] == 0) {
        free_.push_back(cells[i]);
        --used_;
      }
    }
    cells.resize(left);
  }

  /// Cells that no other sequence has.
  [[nodiscard]] int exclusive(const std::vector<CellId>& cells) const {
    int n = 0;
    for (const CellId cell : cells) n += users_[cell] == 1 ? 1 : 0;
    return n;
  }

  /// Cells in use, shared ones once.
  [[nodiscard]] int used() const { return used_; }

 private:
  std::vector<std::uint32_t> users_;
  std::vector<CellId> free_;
  int used_ = 0;
};

}  // namespace hearth::kv
