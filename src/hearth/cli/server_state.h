#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "hearth/base/descriptor.h"
#include "hearth/base/error.h"

namespace hearth::cli {

/// Which server runs on this account, as it says itself in `$XDG_STATE_HOME/hearth/server.json`.
struct ServerState {
  pid_t pid = 0;
  std::string url;
};

/// Says, while it lives, that this process is the server of this account. It holds a lock, so that
/// an entry left behind by a process that was killed is told from one in force.
class ServerEntry {
 public:
  /// Errors: io; overloaded where another server has its entry, which stays.
  static Result<ServerEntry> make(const ServerState& state);
  ~ServerEntry();
  ServerEntry(ServerEntry&& other) noexcept = default;
  ServerEntry& operator=(ServerEntry&&) = delete;

 private:
  explicit ServerEntry(Descriptor lock) : lock_(std::move(lock)) {}

  Descriptor lock_;
};

/// The server whose entry is in force, if any.
std::optional<ServerState> running_server();

}  // namespace hearth::cli
