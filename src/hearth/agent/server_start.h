#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/agent/client.h"

namespace hearth::agent {

/// The address of our own server where none is named.
inline constexpr std::string_view default_server_url = "http://127.0.0.1:8484";

struct ServerStart {
  std::filesystem::path program;  ///< our own binary
  std::vector<std::string> arguments;
  std::filesystem::path log;
};

/// Whether a server answers at all at `server`, ready or not.
bool answers(const Server& server);

/// Waits until `server` is ready (GET /health gives 200; a server without that path is taken as
/// ready). `progress` is told what it waits for. Errors: unavailable, cancelled.
Result<void> wait_until_ready(const Server& server, const std::stop_token& stop,
                              const std::function<void(std::string_view)>& progress);

/// Starts a server of our own that outlives this program, and waits until it is ready. Errors:
/// unavailable if it ends instead, with the last lines of its log; io; cancelled.
Result<void> start_server(const Server& server, const ServerStart& start,
                          const std::stop_token& stop,
                          const std::function<void(std::string_view)>& progress);

/// The path of the running program.
std::filesystem::path own_program();

}  // namespace hearth::agent
