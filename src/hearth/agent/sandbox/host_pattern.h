#pragma once

#include <string_view>

namespace hearth::agent {

/// Whether `pattern` may stand in the list of hosts that commands may reach: a host's name or
/// address, "*.example.org" for those below it, or either with ":PORT".
bool is_host_pattern(std::string_view pattern);

/// Whether `pattern` means `host` at `port`. Without a port in it, all ports. Letters' case does
/// not matter.
bool matches_host(std::string_view pattern, std::string_view host, int port);

}  // namespace hearth::agent
