#pragma once

#include <cstddef>
#include <mutex>
#include <string>

#include "hearth/base/recent_map.h"
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
  mutable std::mutex mutex_;
  RecentMap<std::string, bool> long_{max_sessions};
  Conversations conversations_;
};

}  // namespace hearth::router
