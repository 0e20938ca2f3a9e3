#pragma once

#include <memory>

#include "hearth/agent/session/session.h"

namespace hearth::agent {

/// The server that the options name, or our own, started if need be; how far that is goes to
/// `output`. `interactive`: somebody at the terminal can be asked. Errors: unavailable, io; those
/// of getting a model.
Result<Server> server_for(const AgentOptions& options, const AgentNeeds& needs, Output& output,
                          bool interactive);

/// A session as the options want it: new, gone on with or forked; with the settings of user and
/// folder, as far as the folder is trusted; on the server named, or our own, started if need be.
/// What does not count or is damaged is told to `output`. `person` is asked for permission
/// and other things; without an `ask` in it, whoever sits at the terminal. All but `person`
/// outlives the session.
/// Errors: not_found, io, unavailable; the latter also for a session that is open already.
Result<std::unique_ptr<Session>> begin_session(const AgentOptions& options, const AgentNeeds& needs,
                                               Output& output, Person person = {});

}  // namespace hearth::agent
