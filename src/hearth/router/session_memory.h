#pragma once

#include <cstddef>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

#include "hearth/router/conversations.h"

namespace hearth::router {

/// What is known of the last `max_sessions` sessions, the least recently used forgotten first.
/// Thread-safe.
class SessionMemory {
 public:
  static constexpr std::size_t max_sessions = 4096;

  /// Whether the session's last request was a long one.
  bool was_long(const std::string& session) const;
  void remember(const std::string& session, bool is_long);

  [[nodiscard]] Conversations& conversations() { return conversations_; }

 private:
  using Order = std::list<std::pair<std::string, bool>>;
  mutable std::mutex mutex_;
  Order order_;
  std::unordered_map<std::string, Order::iterator> known_;
  Conversations conversations_;
};

}  // namespace hearth::router
