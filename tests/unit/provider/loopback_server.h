#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace hearth::provider {

/// A server on a loopback port that reads one HTTP request after the other from each connection
/// and lets `handler` write the raw response.
class LoopbackServer {
 public:
  class Connection {
   public:
    explicit Connection(int fd) : fd_(fd) {}
    bool send(std::string_view bytes) const {
      while (!bytes.empty()) {
        const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
      }
      return true;
    }
    /// Waits until the peer closes; false after `limit`.
    bool closed_within(std::chrono::milliseconds limit) const {
      pollfd waiting{fd_, POLLIN | POLLRDHUP, 0};
      return ::poll(&waiting, 1, static_cast<int>(limit.count())) > 0;
    }

   private:
    int fd_;
  };

  /// False: close the connection.
  using Handler = std::function<bool(const std::string& request, Connection& connection)>;

  explicit LoopbackServer(Handler handler) : handler_(std::move(handler)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, any, size) != 0 || ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, any, &size) != 0) {
      throw std::runtime_error("no loopback port");
    }
    port_ = ntohs(address.sin_port);
    acceptor_ = std::jthread([this](const std::stop_token& stop) { accept_all(stop); });
  }

  ~LoopbackServer() {
    acceptor_.request_stop();
    acceptor_.join();
    workers_.clear();
    ::close(listener_);
  }

  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  std::string url(std::string_view path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
  }
  int connections() const { return connections_; }

 private:
  static bool readable(int fd) {
    pollfd waiting{fd, POLLIN, 0};
    return ::poll(&waiting, 1, 20) > 0;
  }

  void accept_all(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      if (!readable(listener_)) continue;
      const int fd = ::accept(listener_, nullptr, nullptr);
      if (fd < 0) continue;
      ++connections_;
      workers_.emplace_back([this, fd](const std::stop_token& worker_stop) {
        serve(fd, worker_stop);
        ::close(fd);
      });
    }
  }

  void serve(int fd, const std::stop_token& stop) {
    Connection connection(fd);
    std::string bytes;
    while (!stop.stop_requested()) {
      if (!readable(fd)) continue;
      char buffer[65536];
      const ssize_t got = ::recv(fd, buffer, sizeof(buffer), 0);
      if (got <= 0) return;
      bytes.append(buffer, static_cast<std::size_t>(got));
      const std::size_t head = bytes.find("\r\n\r\n");
      if (head == std::string::npos) continue;
      const std::size_t at = bytes.find("Content-Length: ");
      const std::size_t length =
          at == std::string::npos ? 0 : std::stoul(bytes.substr(at + 16, 12));
      if (bytes.size() < head + 4 + length) continue;
      const std::string request = bytes.substr(0, head + 4 + length);
      bytes.erase(0, request.size());
      if (!handler_(request, connection)) return;
    }
  }

  Handler handler_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> connections_ = 0;
  std::vector<std::jthread> workers_;
  std::jthread acceptor_;
};

}  // namespace hearth::provider
