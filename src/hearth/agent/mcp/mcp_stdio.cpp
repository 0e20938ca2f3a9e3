#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "hearth/agent/mcp/mcp_connection.h"
#include "hearth/agent/spawn.h"
#include "hearth/base/clock.h"
#include "hearth/base/file.h"

namespace hearth::agent {
namespace {

/// Longer lines end the connection: nothing sensible is that long.
constexpr std::size_t longest_line = std::size_t{32} << 20;

class StdioConnection final : public McpConnection {
 public:
  StdioConnection(std::string name, std::filesystem::path folder, pid_t pid, int in, int out)
      : name_(std::move(name)), folder_(std::move(folder)), pid_(pid), in_(in), out_(out) {
    ::fcntl(in_, F_SETFL, O_NONBLOCK);
    reader_ = std::jthread([this](const std::stop_token& end) { read(end); });
  }

  ~StdioConnection() override {
    reader_.request_stop();
    ::close(in_);
    // A server ends when its input does; one that does not is ended.
    constexpr int patience = 20;
    int status = 0;
    bool ended = false;
    for (int i = 0; i < patience && !ended; ++i) {
      ended = ::waitpid(pid_, &status, WNOHANG) == pid_;
      if (!ended) ::usleep(10'000);
    }
    ::kill(-pid_, SIGKILL);
    if (!ended) ::waitpid(pid_, &status, 0);
    reader_.join();
    ::close(out_);
  }

  Result<json::object> call(std::string_view method, json::object parameters,
                            std::chrono::milliseconds patience,
                            const std::stop_token& stop) override {
    std::int64_t id = 0;
    {
      const std::lock_guard lock(mutex_);
      id = ++last_id_;
      waiting_[id] = std::nullopt;
    }
    const auto forget = [&] {
      const std::lock_guard lock(mutex_);
      waiting_.erase(id);
    };
    const auto deadline = Clock::now() + patience;
    json::object message{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}};
    message["params"] = std::move(parameters);
    if (const auto sent = send(std::move(message), deadline); !sent) {
      forget();
      return std::unexpected(sent.error());
    }
    std::unique_lock lock(mutex_);
    while (!waiting_[id] && !gone_ && Clock::now() < deadline && !stop.stop_requested()) {
      constexpr std::chrono::milliseconds look_up{50};
      arrived_.wait_for(lock, look_up);
    }
    std::optional<json::object> response = std::move(waiting_[id]);
    waiting_.erase(id);
    lock.unlock();
    if (response) return result_in(std::move(*response));
    if (gone_) return fail(ErrorKind::unavailable, fmt::format("the MCP server {} ended", name_));
    notify("notifications/cancelled", {{"requestId", id}});
    if (stop.stop_requested()) return fail(ErrorKind::cancelled, "interrupted");
    return fail(ErrorKind::timeout, fmt::format("the MCP server {} did not answer {} within {} s",
                                                name_, method, patience.count() / 1000));
  }

  void notify(std::string_view method, json::object parameters) override {
    json::object message{{"jsonrpc", "2.0"}, {"method", method}};
    message["params"] = std::move(parameters);
    constexpr std::chrono::seconds patience{1};
    const auto sent = send(std::move(message), Clock::now() + patience);
    (void)sent;
  }

 private:
  Result<void> send(json::object message, Clock::time_point deadline) {
    const std::string text = to_json(json::value(std::move(message))) + "\n";
    const std::lock_guard lock(sending_);
    std::string_view rest = text;
    while (!rest.empty()) {
      const ssize_t written = ::write(in_, rest.data(), rest.size());
      if (written > 0) {
        rest.remove_prefix(static_cast<std::size_t>(written));
      } else if (errno == EAGAIN && Clock::now() < deadline) {
        pollfd waiting{in_, POLLOUT, 0};
        constexpr int look_up_ms = 50;
        ::poll(&waiting, 1, look_up_ms);
      } else if (errno != EINTR) {
        return fail(ErrorKind::unavailable,
                    fmt::format("the MCP server {} takes no more input", name_));
      }
    }
    return {};
  }

  void read(const std::stop_token& end) {
    std::string buffer;
    char bytes[65536];
    while (!end.stop_requested()) {
      pollfd waiting{out_, POLLIN, 0};
      constexpr int look_up_ms = 50;
      if (::poll(&waiting, 1, look_up_ms) <= 0) continue;
      const ssize_t got = ::read(out_, bytes, sizeof bytes);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      // What was there before holds no line's end.
      const std::size_t looked_at = buffer.size();
      buffer.append(bytes, static_cast<std::size_t>(got));
      std::size_t begin = 0;
      for (std::size_t at = buffer.find('\n', looked_at); at != std::string::npos;
           at = buffer.find('\n', begin)) {
        take(std::string_view(buffer).substr(begin, at - begin));
        begin = at + 1;
      }
      buffer.erase(0, begin);
      if (buffer.size() > longest_line) break;
    }
    const std::lock_guard lock(mutex_);
    gone_ = true;
    arrived_.notify_all();
  }

  void take(std::string_view line) {
    auto value = parse_json(line);
    // What is no JSON is a stray print of the server's.
    if (!value || !value->is_object()) return;
    json::object message = std::move(value->get_object());
    if (find(message, "method") != nullptr) {
      if (find(message, "id") != nullptr) answer(message);
      return;
    }
    const auto id = find_int(message, "id");
    const std::lock_guard lock(mutex_);
    const auto waiting = id ? waiting_.find(*id) : waiting_.end();
    if (waiting == waiting_.end()) return;
    waiting->second = std::move(message);
    arrived_.notify_all();
  }

  /// What a server asks of us.
  void answer(const json::object& request) {
    const auto method = find_string(request, "method").value_or("");
    json::object response{{"jsonrpc", "2.0"}, {"id", request.at("id")}};
    if (method == "ping") {
      response["result"] = json::object();
    } else if (method == "roots/list") {
      json::object root{{"uri", "file://" + folder_.string()},
                        {"name", folder_.filename().string()}};
      response["result"] = json::object{{"roots", json::array{std::move(root)}}};
    } else {
      response["error"] = json::object{{"code", -32601}, {"message", "not supported here"}};
    }
    constexpr std::chrono::seconds patience{1};
    const auto sent = send(std::move(response), Clock::now() + patience);
    (void)sent;
  }

  std::string name_;
  std::filesystem::path folder_;
  pid_t pid_;
  int in_;
  int out_;
  std::mutex sending_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::map<std::int64_t, std::optional<json::object>> waiting_;
  std::int64_t last_id_ = 0;
  std::atomic<bool> gone_ = false;
  std::jthread reader_;
};

}  // namespace

Result<json::object> result_in(json::object response) {
  if (const json::object* error = find_object(response, "error")) {
    return fail(ErrorKind::invalid_request,
                std::string(find_string(*error, "message").value_or("the server gave an error")));
  }
  if (const json::object* result = find_object(response, "result")) return *result;
  return fail(ErrorKind::unavailable, "the MCP server's response has no result");
}

Result<std::unique_ptr<McpConnection>> connect_stdio(const McpServerConfig& server,
                                                     const std::filesystem::path& folder,
                                                     const std::filesystem::path& log) {
  int to[2];
  int from[2];
  if (::pipe2(to, O_CLOEXEC) != 0) return fail(ErrorKind::io, system_reason(errno));
  if (::pipe2(from, O_CLOEXEC) != 0) {
    const int reason = errno;
    ::close(to[0]);
    ::close(to[1]);
    return fail(ErrorKind::io, system_reason(reason));
  }
  std::error_code ec;
  std::filesystem::create_directories(log.parent_path(), ec);
  const int errors = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const auto pid =
      spawn({.words = server.command, .folder = folder, .environment = server.environment},
            {.in = to[0], .out = from[1], .err = errors});
  ::close(to[0]);
  ::close(from[1]);
  if (errors >= 0) ::close(errors);
  if (!pid) {
    ::close(to[1]);
    ::close(from[0]);
    return std::unexpected(pid.error());
  }
  return std::make_unique<StdioConnection>(server.name, folder, *pid, to[1], from[0]);
}

}  // namespace hearth::agent
