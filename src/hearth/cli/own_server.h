#pragma once

#include "hearth/agent/reach_server.h"

namespace hearth::cli {

/// The server of this account: the one that runs, else the one that the user's configuration means
/// (HOST, PORT), with a key that it takes (APIKEY), if one is written there plainly.
agent::OwnServer own_server();

/// A model on this machine, where the user's configuration has no remote provider that answers
/// without one; `interactive`: a person can be asked to fetch it. Errors: not_found; those of
/// fetching.
Result<void> ensure_model_if_needed(bool interactive);

}  // namespace hearth::cli
