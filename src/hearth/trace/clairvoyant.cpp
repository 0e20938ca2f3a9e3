#include "hearth/trace/clairvoyant.h"

#include <limits>
#include <set>
#include <tuple>

namespace hearth::trace {
namespace {

constexpr int never = std::numeric_limits<int>::max();

/// For each step and block the step in which that block is asked for next.
std::vector<std::vector<int>> next_uses(const Timeline& timeline) {
  std::vector<int> next(timeline.n_blocks, never);
  std::vector<std::vector<int>> uses(timeline.steps.size());
  for (std::size_t i = timeline.steps.size(); i-- > 0;) {
    for (const kv::Token block : timeline.steps[i].blocks) {
      int& at = next[static_cast<std::size_t>(block)];
      uses[i].push_back(at);
      at = static_cast<int>(i);
    }
  }
  return uses;
}

/// What is kept, the first to go last.
class Kept {
 public:
  explicit Kept(const Timeline& timeline) : next_(timeline.n_blocks, never) {}

  [[nodiscard]] bool has(kv::Token block) const { return next_of(block) != never; }
  [[nodiscard]] std::size_t size() const { return order_.size(); }
  void put(kv::Token block, int depth, int next) {
    int& at = next_[static_cast<std::size_t>(block)];
    if (at != never) order_.erase({at, depth, block});
    at = next;
    if (next != never) order_.insert({next, depth, block});
  }
  void drop_last() {
    const auto last = std::prev(order_.end());
    next_[static_cast<std::size_t>(std::get<2>(*last))] = never;
    order_.erase(last);
  }

 private:
  [[nodiscard]] int next_of(kv::Token block) const {
    return next_[static_cast<std::size_t>(block)];
  }
  std::vector<int> next_;  ///< by block; never: not kept
  std::set<std::tuple<int, int, kv::Token>> order_;
};

}  // namespace

std::vector<int> clairvoyant_hits(const Timeline& timeline, std::size_t capacity) {
  const auto uses = next_uses(timeline);
  Kept kept(timeline);
  std::vector<int> hits;
  for (std::size_t i = 0; i < timeline.steps.size(); ++i) {
    const auto& blocks = timeline.steps[i].blocks;
    std::size_t n = 0;
    while (n < blocks.size() && kept.has(blocks[n])) ++n;
    hits.push_back(static_cast<int>(n));
    for (std::size_t depth = 0; depth < blocks.size(); ++depth) {
      kept.put(blocks[depth], static_cast<int>(depth), uses[i][depth]);
    }
    while (kept.size() > capacity) kept.drop_last();
  }
  return hits;
}

}  // namespace hearth::trace
