#include "hearth/cli/sandbox_relay_command.h"

#include <memory>
#include <string>
#include <vector>

#include "hearth/agent/sandbox/network_relay.h"

namespace hearth::cli {

void add_sandbox_relay_command(CLI::App& app, int& exit_code) {
  // Without a group it stays out of the help.
  auto* command = app.add_subcommand("sandbox-relay", "")->group("");
  auto socket = std::make_shared<std::string>();
  auto program = std::make_shared<std::vector<std::string>>();
  command->add_option("socket", *socket)->required();
  command->add_option("program", *program)->required();
  command->callback(
      [socket, program, &exit_code] { exit_code = agent::run_with_network(*socket, *program); });
}

}  // namespace hearth::cli
