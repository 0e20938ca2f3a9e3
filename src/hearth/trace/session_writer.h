#pragma once

#include <string>

#include "hearth/trace/session.h"

namespace hearth::trace {

/// `session` in the format that parse_session reads; sub-agents stand in it as such.
[[nodiscard]] std::string to_json_text(const Session& session);

}  // namespace hearth::trace
