#include "hearth/router/session_memory.h"

namespace hearth::router {

bool SessionMemory::was_long(const std::string& session) const {
  const std::lock_guard lock(mutex_);
  const bool* known = long_.find(session);
  return known != nullptr && *known;
}

void SessionMemory::remember(const std::string& session, bool is_long) {
  const std::lock_guard lock(mutex_);
  long_.use(session) = is_long;
}

}  // namespace hearth::router
