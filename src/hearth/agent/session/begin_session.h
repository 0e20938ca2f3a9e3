#pragma once

#include <memory>

#include "hearth/agent/session/session.h"

namespace hearth::agent {

/// A session as the options want it: new, gone on with or forked; with the settings of user and
/// folder, as far as the folder is trusted; on the server named, or our own, started if need be.
/// What does not count or is damaged is told to `output`. `ask` (may be empty) is who is asked for
/// permission, in place of the terminal. All but `ask` outlives the session.
/// Errors: not_found, io, unavailable.
Result<std::unique_ptr<Session>> begin_session(const AgentOptions& options, const AgentNeeds& needs,
                                               Output& output, Permissions::Ask ask = {});

}  // namespace hearth::agent
