#include "hearth/cli/server_state.h"

#include <signal.h>
#include <unistd.h>

#include <filesystem>

#include "hearth/base/file.h"
#include "hearth/base/json.h"
#include "hearth/base/xdg.h"

namespace hearth::cli {
namespace {

std::filesystem::path state_file() {
  return state_dir() / "server.json";
}

std::optional<ServerState> read_state() {
  const auto text = read_file(state_file());
  if (!text) return std::nullopt;
  const auto value = parse_json(*text);
  if (!value || !value->is_object()) return std::nullopt;
  const auto pid = find_int(value->get_object(), "pid");
  const auto url = find_string(value->get_object(), "url");
  if (!pid || !url) return std::nullopt;
  return ServerState{static_cast<pid_t>(*pid), std::string(*url)};
}

}  // namespace

Result<void> write_server_state(const ServerState& state) {
  json::object body;
  body["pid"] = state.pid;
  body["url"] = state.url;
  return write_file_atomically(state_file(), to_json(body) + "\n");
}

void clear_server_state() {
  const auto state = read_state();
  std::error_code ec;
  if (state && state->pid == ::getpid()) std::filesystem::remove(state_file(), ec);
}

std::optional<ServerState> running_server() {
  auto state = read_state();
  if (state && ::kill(state->pid, 0) != 0) return std::nullopt;
  return state;
}

}  // namespace hearth::cli
