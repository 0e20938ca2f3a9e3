#pragma once

#include <string_view>

#include "hearth/base/error.h"

namespace hearth::agent {

/// Whose files count in a session: settings, instructions, commands, skills, subagents, MCP
/// servers.
struct SettingSources {
  bool user = true;     ///< those at home
  bool project = true;  ///< the folder's, which are shared with others
  bool local = true;    ///< the user's own for this folder (`settings.local.json`, …)
};

/// Of `--setting-sources`: the names of some, with commas between them; empty: none. Errors:
/// config.
Result<SettingSources> parse_setting_sources(std::string_view names);

}  // namespace hearth::agent
