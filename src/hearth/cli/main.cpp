#include <CLI/CLI.hpp>

#include "hearth/cli/agent_command.h"

int main(int argc, char** argv) {
  CLI::App app("A local coding agent");
  hearth::cli::add_agent_command(app, {});
  CLI11_PARSE(app, argc, argv);
  return 0;
}
