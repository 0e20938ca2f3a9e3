#pragma once

#include <optional>
#include <string>

#include "hearth/agent/client.h"
#include "hearth/base/json.h"

namespace hearth::cli {

/// The server of HEARTH_URL, else the one that runs on this account; empty if none does.
[[nodiscard]] std::optional<agent::Server> server_to_ask();

/// The answer to `GET path`, or to `POST path` with `body`. Waits for minutes if it must: the
/// engine answers between two batches, and loading a model takes longer. Errors: unavailable, with
/// the server's own message if it answers with one.
[[nodiscard]] Result<json::object> ask(const agent::Server& server, const std::string& path);
[[nodiscard]] Result<json::object> tell(const agent::Server& server, const std::string& path,
                                        const json::object& body);

}  // namespace hearth::cli
