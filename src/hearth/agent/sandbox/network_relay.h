#pragma once

#include <string>
#include <vector>

namespace hearth::agent {

/// In the sandbox: becomes `program`, for which HTTP_PROXY and its relatives name a port of the
/// sandbox's own loopback; a child gives what comes there to the socket of NetworkProxy. Returns
/// only if that fails: the exit code.
int run_with_network(const std::string& socket, const std::vector<std::string>& program);

}  // namespace hearth::agent
