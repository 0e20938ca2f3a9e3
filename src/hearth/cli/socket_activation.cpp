#include "hearth/cli/socket_activation.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace hearth::cli {
namespace {

constexpr int first_descriptor = 3;

std::string taken_from_environment(const char* name) {
  const char* value = std::getenv(name);
  std::string text = value == nullptr ? "" : value;
  ::unsetenv(name);
  return text;
}

}  // namespace

Result<std::optional<int>> inherited_socket() {
  const std::string pid = taken_from_environment("LISTEN_PID");
  const std::string count = taken_from_environment("LISTEN_FDS");
  ::unsetenv("LISTEN_FDNAMES");
  if (pid != std::to_string(::getpid()) || count.empty() || count == "0") return std::nullopt;
  if (count != "1") {
    return fail(ErrorKind::config,
                fmt::format("the service manager handed over {} sockets (LISTEN_FDS); one is used: "
                            "leave one ListenStream in the socket unit",
                            count));
  }
  ::fcntl(first_descriptor, F_SETFD, FD_CLOEXEC);
  return first_descriptor;
}

}  // namespace hearth::cli
