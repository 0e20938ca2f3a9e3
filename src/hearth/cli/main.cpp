#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "hearth/base/log.h"
#include "hearth/cli/agent_command.h"
#include "hearth/cli/cache_command.h"
#include "hearth/cli/cache_table.h"
#include "hearth/cli/client_command.h"
#include "hearth/cli/config_command.h"
#include "hearth/cli/eval_command.h"
#include "hearth/cli/log_command.h"
#include "hearth/cli/models_command.h"
#include "hearth/cli/own_server.h"
#include "hearth/cli/route_command.h"
#include "hearth/cli/sandbox_relay_command.h"
#include "hearth/cli/serve_command.h"
#include "hearth/cli/sessions_command.h"
#include "hearth/cli/statusline_command.h"
#include "hearth/cli/trace_command.h"

int main(int argc, char** argv) {
  int exit_code = 0;
  CLI::App app("Hearth: a coding agent, a router and a model server on your own machine", "hearth");
  app.set_version_flag("--version", "hearth " HEARTH_VERSION);

  hearth::agent::AgentNeeds needs;
  needs.ensure_model = &hearth::cli::ensure_model_if_needed;
  needs.own_server = &hearth::cli::own_server;
  needs.cache_table = [](const hearth::json::object& model) {
    constexpr std::size_t most_rows = 10;
    return hearth::cli::cache_table(model, most_rows);
  };
  hearth::cli::add_agent_command(app, needs, exit_code);
  hearth::cli::add_client_commands(app, needs.ensure_model, exit_code);
  hearth::cli::add_serve_commands(app, exit_code);
  hearth::cli::add_models_commands(app, exit_code);
  hearth::cli::add_log_command(app, exit_code);
  hearth::cli::add_route_command(app, exit_code);
  hearth::cli::add_config_command(app, exit_code);
  hearth::cli::add_cache_command(app, exit_code);
  hearth::cli::add_trace_command(app, exit_code);
  hearth::cli::add_sessions_command(app, exit_code);
  hearth::cli::add_eval_command(app, needs, exit_code);
  hearth::cli::add_statusline_command(app, exit_code);
  hearth::cli::add_sandbox_relay_command(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    constexpr int usage_error = 2;
    return app.exit(error) == 0 ? 0 : usage_error;
  }
  return exit_code;
}
