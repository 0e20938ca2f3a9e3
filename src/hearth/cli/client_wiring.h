#pragma once

#include <string>
#include <utility>
#include <vector>

#include "hearth/agent/reach_server.h"

namespace hearth::cli {

/// How a client is told to use a server, without a change to the person's own settings.
struct Wiring {
  std::vector<std::string> arguments;  ///< before the person's own
  std::vector<std::pair<std::string, std::string>> variables;
  std::vector<std::string> unset;
};

Result<Wiring> wire_claude(const agent::Server& server, const agent::OfferedModel& model);
Result<Wiring> wire_codex(const agent::Server& server, const agent::OfferedModel& model);
Result<Wiring> wire_opencode(const agent::Server& server, const agent::OfferedModel& model);
Result<Wiring> wire_qwen(const agent::Server& server, const agent::OfferedModel& model);
/// By an extension in the state folder, that holds no key. Errors: io.
Result<Wiring> wire_pi(const agent::Server& server, const agent::OfferedModel& model);

}  // namespace hearth::cli
