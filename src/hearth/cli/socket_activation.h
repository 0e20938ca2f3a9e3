#pragma once

#include <optional>

#include "hearth/base/error.h"

namespace hearth::cli {

/// The listening socket that a service manager handed to this process, as sd_listen_fds(3) has it:
/// descriptor 3, if LISTEN_PID is this process and LISTEN_FDS is 1. Nothing where there is none.
/// What it reads of the environment is unset, so that no child takes it for its own.
/// Error: config for more than one socket.
Result<std::optional<int>> inherited_socket();

}  // namespace hearth::cli
