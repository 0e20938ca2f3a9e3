#include "hearth/router/session_memory.h"

namespace hearth::router {

bool SessionMemory::was_long(const std::string& session) const {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(session);
  return found != known_.end() && found->second->second;
}

void SessionMemory::remember(const std::string& session, bool is_long) {
  const std::lock_guard lock(mutex_);
  if (const auto found = known_.find(session); found != known_.end()) {
    found->second->second = is_long;
    order_.splice(order_.begin(), order_, found->second);
    return;
  }
  order_.emplace_front(session, is_long);
  known_[session] = order_.begin();
  if (order_.size() > max_sessions) {
    known_.erase(order_.back().first);
    order_.pop_back();
  }
}

}  // namespace hearth::router
