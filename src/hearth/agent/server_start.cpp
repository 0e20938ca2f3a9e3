#include "hearth/agent/server_start.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "hearth/agent/plain_text.h"
#include "hearth/base/clock.h"
#include "hearth/base/file.h"
#include "hearth/base/json.h"

namespace hearth::agent {
namespace {

constexpr auto look_again = std::chrono::milliseconds(100);
constexpr auto health_timeout = std::chrono::milliseconds(2000);

std::string last_lines(const std::filesystem::path& log, std::size_t count) {
  const auto text = read_file(log);
  if (!text) return {};
  const auto lines = lines_of(*text);
  std::string last;
  for (std::size_t i = lines.size() - std::min(lines.size(), count); i < lines.size(); ++i) {
    last += fmt::format("\n  {}", lines[i]);
  }
  return last;
}

/// What a server that is not ready says of itself.
std::string state_in(const std::string& body) {
  const auto value = parse_json(body);
  if (!value || !value->is_object()) return {};
  const json::object& object = value->get_object();
  if (const auto status = find_string(object, "status")) return std::string(*status);
  if (const json::object* error = find_object(object, "error")) {
    return std::string(find_string(*error, "message").value_or(""));
  }
  return {};
}

Result<void> wait_for(const Server& server, const std::stop_token& stop,
                      const std::function<void(std::string_view)>& progress,
                      const std::function<Result<void>()>& still_alive, bool must_come) {
  const auto started = Clock::now();
  while (true) {
    if (stop.stop_requested()) return fail(ErrorKind::cancelled, "interrupted");
    if (auto alive = still_alive(); !alive) return alive;
    std::string state = "starting";
    if (const auto reply = http_get(server, "/health", health_timeout)) {
      if (reply->status != 503) return {};
      state = state_in(reply->body);
    } else if (!must_come) {
      return fail(ErrorKind::unavailable,
                  reply.error().message +
                      ". Start a server there with `hearth serve`, or name another with --server.");
    }
    progress(fmt::format("waiting for the server: {} ({:.0f} s)", state, ms_since(started) / 1000));
    std::this_thread::sleep_for(look_again);
  }
}

/// Runs in the child between fork and exec: async-signal-safe calls only.
[[noreturn]] void become_server(const char* program, char* const* arguments, int log_fd) {
  ::setsid();
  const int null_fd = ::open("/dev/null", O_RDONLY);
  ::dup2(null_fd, STDIN_FILENO);
  ::dup2(log_fd, STDOUT_FILENO);
  ::dup2(log_fd, STDERR_FILENO);
  ::execv(program, arguments);
  ::_exit(127);
}

}  // namespace

bool answers(const Server& server) {
  const auto reply = http_get(server, "/health", health_timeout);
  // One that is slow is there.
  return reply || reply.error().kind == ErrorKind::timeout;
}

Result<void> wait_until_ready(const Server& server, const std::stop_token& stop,
                              const std::function<void(std::string_view)>& progress) {
  return wait_for(server, stop, progress, [] { return Result<void>(); }, false);
}

Result<void> start_server(const Server& server, const ServerStart& start,
                          const std::stop_token& stop,
                          const std::function<void(std::string_view)>& progress) {
  std::error_code ec;
  std::filesystem::create_directories(start.log.parent_path(), ec);
  const int log_fd =
      ::open(start.log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_APPEND, 0600);
  if (log_fd < 0) {
    return fail(ErrorKind::io, fmt::format("cannot write the server's log {}: {}",
                                           start.log.string(), system_reason(errno)));
  }
  const std::string program = start.program.string();
  std::vector<char*> arguments{const_cast<char*>(program.c_str())};
  for (const std::string& argument : start.arguments) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) become_server(program.c_str(), arguments.data(), log_fd);
  const int reason = errno;
  ::close(log_fd);
  if (child < 0) {
    return fail(ErrorKind::io, fmt::format("cannot start {}: {}", program, system_reason(reason)));
  }
  const auto still_alive = [&]() -> Result<void> {
    int status = 0;
    if (::waitpid(child, &status, WNOHANG) != child) return {};
    return fail(ErrorKind::unavailable,
                fmt::format("the server ended at once; its log {} ends with:{}", start.log.string(),
                            last_lines(start.log, 8)));
  };
  return wait_for(server, stop, progress, still_alive, true);
}

std::filesystem::path own_program() {
  std::error_code ec;
  return std::filesystem::read_symlink("/proc/self/exe", ec);
}

}  // namespace hearth::agent
