#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

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

namespace {

/// The arguments, the last one first, as CLI11 wants them. For an option with an empty value,
/// "--name=", it would take the next argument for the value; it is written as two here. What goes
/// to other programs (`hearth claude …`) stays as it is.
std::vector<std::string> arguments_of(int argc, char** argv) {
  std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  if (!arguments.empty() && arguments.front().starts_with('-')) {
    std::vector<std::string> separate;
    for (std::string& argument : arguments) {
      const bool is_empty = argument.starts_with("--") && argument.find('=') + 1 == argument.size();
      if (is_empty) argument.pop_back();
      separate.push_back(std::move(argument));
      if (is_empty) separate.emplace_back();
    }
    arguments = std::move(separate);
  }
  std::ranges::reverse(arguments);
  return arguments;
}

}  // namespace

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
    app.parse(arguments_of(argc, argv));
  } catch (const CLI::ParseError& error) {
    constexpr int usage_error = 2;
    return app.exit(error) == 0 ? 0 : usage_error;
  }
  return exit_code;
}
