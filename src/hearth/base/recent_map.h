#pragma once

#include <cstddef>
#include <list>
#include <unordered_map>
#include <utility>

namespace hearth {

/// A map that keeps the `most` keys that were used last. Not thread-safe.
template <class Key, class Value>
class RecentMap {
 public:
  /// REQUIRES: most > 0.
  explicit RecentMap(std::size_t most) : most_(most) {}

  /// Null if it is not there. No use in the sense of this class.
  [[nodiscard]] Value* find(const Key& key) {
    const auto found = known_.find(key);
    return found == known_.end() ? nullptr : &found->second->second;
  }
  [[nodiscard]] const Value* find(const Key& key) const {
    const auto found = known_.find(key);
    return found == known_.end() ? nullptr : &found->second->second;
  }

  /// The key's value, made if it is not there; it is the last one used now.
  Value& use(const Key& key) {
    if (const auto found = known_.find(key); found != known_.end()) {
      order_.splice(order_.begin(), order_, found->second);
      return found->second->second;
    }
    order_.emplace_front(key, Value());
    known_[key] = order_.begin();
    if (order_.size() > most_) {
      known_.erase(order_.back().first);
      order_.pop_back();
    }
    return order_.front().second;
  }

 private:
  using Order = std::list<std::pair<Key, Value>>;

  std::size_t most_;
  Order order_;  ///< the last one used first
  std::unordered_map<Key, typename Order::iterator> known_;
};

}  // namespace hearth
