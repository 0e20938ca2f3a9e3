#pragma once

#include <memory>
#include <string>

#include "hearth/agent/mcp/mcp_connection.h"
#include "hearth/agent/program/program_channel.h"

namespace hearth::agent {

/// An MCP server that the program which drives the session keeps in itself: its messages go over
/// `channel`, which outlives it.
std::unique_ptr<McpConnection> connect_to_program(ProgramChannel& channel, std::string server);

}  // namespace hearth::agent
