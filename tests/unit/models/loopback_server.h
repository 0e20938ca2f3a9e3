#pragma once

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace hearth::models {

/// Serves one file over HTTP on the loopback, one connection at a time, with the faults it is told.
class LoopbackServer {
 public:
  struct Behaviour {
    std::string content = {};
    int status = 200;              ///< any other is answered to everything
    bool ranges = true;            ///< false: the whole file whatever is asked
    std::size_t range_shift = 0;   ///< how far behind the asked place a range begins
    std::string etag = {};         ///< a range is given only to who names it
    std::size_t cut_after = 0;     ///< bytes of content per connection; 0: all
    std::size_t cuts = 1'000'000;  ///< how many connections are cut
    bool stall = false;            ///< says nothing more where it would cut
    std::string redirect = {};     ///< where "/start" leads
  };

  /// Port 0 takes a free one.
  explicit LoopbackServer(Behaviour behaviour, int port = 0) : behaviour_(std::move(behaviour)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 8) != 0) std::abort();
    ::getsockname(listener_, generic, &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
  }
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;
  ~LoopbackServer() {
    thread_.request_stop();
    thread_.join();
    ::close(listener_);
  }

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string url(const std::string& path = "/m.gguf") const {
    return fmt::format("http://127.0.0.1:{}{}", port_, path);
  }

  void behave(Behaviour behaviour) {
    const std::lock_guard lock(mutex_);
    behaviour_ = std::move(behaviour);
  }

  /// The Range header of each request so far; empty where there was none.
  std::vector<std::string> ranges_asked() {
    const std::lock_guard lock(mutex_);
    return ranges_asked_;
  }

 private:
  void serve(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      pollfd waiting{listener_, POLLIN, 0};
      if (::poll(&waiting, 1, 20) <= 0) continue;
      const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      answer(client, stop);
      ::close(client);
    }
  }

  static std::string header(const std::string& request, const std::string& name) {
    const auto start = request.find("\r\n" + name + ": ");
    if (start == std::string::npos) return {};
    const auto value = start + name.size() + 4;
    return request.substr(value, request.find("\r\n", value) - value);
  }

  static std::string receive(int client) {
    std::string request;
    char buffer[4096];
    while (!request.ends_with("\r\n\r\n")) {
      const ssize_t got = ::read(client, buffer, sizeof buffer);
      if (got <= 0) break;
      request.append(buffer, static_cast<std::size_t>(got));
    }
    return request;
  }

  static void send(int client, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  void answer(int client, const std::stop_token& stop) {
    const std::string request = receive(client);
    const std::string range = header(request, "Range");
    Behaviour behaviour;
    {
      const std::lock_guard lock(mutex_);
      ranges_asked_.push_back(range);
      behaviour = behaviour_;
      if (behaviour_.cuts > 0) --behaviour_.cuts;
    }
    if (!behaviour.redirect.empty() && request.starts_with("GET /start ")) {
      send(client, fmt::format("HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 5\r\n"
                               "Connection: close\r\n\r\nmoved",
                               behaviour.redirect));
      return;
    }
    if (behaviour.status != 200) {
      send(client, fmt::format("HTTP/1.1 {} No\r\nContent-Length: 6\r\nConnection: close\r\n\r\n"
                               "sorry!",
                               behaviour.status));
      return;
    }
    send_content(client, behaviour, range, header(request, "If-Range"), stop);
  }

  static void send_content(int client, const Behaviour& behaviour, const std::string& range,
                           const std::string& if_range, const std::stop_token& stop) {
    std::string_view body = behaviour.content;
    std::string head = "HTTP/1.1 200 OK\r\n";
    const bool same_file = if_range.empty() || if_range == behaviour.etag;
    if (behaviour.ranges && same_file && range.starts_with("bytes=")) {
      const auto first = std::stoul(range.substr(6)) + behaviour.range_shift;
      if (first >= body.size()) {
        send(client, fmt::format("HTTP/1.1 416 No\r\nContent-Range: bytes */{}\r\n"
                                 "Content-Length: 0\r\nConnection: close\r\n\r\n",
                                 body.size()));
        return;
      }
      head = fmt::format("HTTP/1.1 206 Partial\r\nContent-Range: bytes {}-{}/{}\r\n", first,
                         body.size() - 1, body.size());
      body.remove_prefix(first);
    }
    if (!behaviour.etag.empty()) head += fmt::format("ETag: {}\r\n", behaviour.etag);
    send(client,
         fmt::format("{}Content-Length: {}\r\nConnection: close\r\n\r\n", head, body.size()));
    const bool cut = behaviour.cut_after > 0 && behaviour.cuts > 0;
    send(client, cut ? body.substr(0, behaviour.cut_after) : body);
    while (cut && behaviour.stall && !stop.stop_requested()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

  std::mutex mutex_;
  Behaviour behaviour_;
  std::vector<std::string> ranges_asked_;
  int listener_ = -1;
  int port_ = 0;
  std::jthread thread_;
};

}  // namespace hearth::models
