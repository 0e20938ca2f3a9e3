#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "hearth/base/error.h"

namespace hearth::cli {

/// Which server runs on this account, as it says itself in `$XDG_STATE_HOME/hearth/server.json`.
struct ServerState {
  pid_t pid = 0;
  std::string url;
};

Result<void> write_server_state(const ServerState& state);
/// Removes the file if it is this process's.
void clear_server_state();
/// Empty if no server has said that it runs, or the one that did is gone.
std::optional<ServerState> running_server();

}  // namespace hearth::cli
