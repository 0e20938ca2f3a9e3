#pragma once

#include <string_view>
#include <vector>

#include "hearth/agent/terminal/session_worker.h"
#include "hearth/agent/terminal/styled_text.h"
#include "hearth/agent/terminal/transcript.h"

namespace hearth::agent {

/// "⠋ reading [████░░░░] 12345 of 60000 tokens, 80 % reused, 12 s left", or what else is going on;
/// nothing if nothing is.
std::vector<StyledLine> activity_lines(const Activity& activity, Clock::time_point now,
                                       int columns);

/// Model, route, mode, how full the window is, how much of the last prompt was reused, tokens a
/// second.
StyledLine status_line(const SessionState& state, const StatusFacts& facts, std::string_view keys,
                       int columns);

}  // namespace hearth::agent
