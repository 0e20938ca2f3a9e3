#include "hearth/agent/sandbox/network_relay.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include "hearth/agent/sandbox/splice.h"

namespace hearth::agent {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr int cannot_run = 126;

class Relay {
 public:
  Relay(asio::io_context& io, tcp::acceptor& acceptor, const std::string& socket)
      : io_(io), acceptor_(acceptor), socket_(socket) {}

  void accept() {
    acceptor_.async_accept([this](boost::system::error_code ec, tcp::socket client) {
      if (ec) return;
      asio::local::stream_protocol::socket proxy(io_);
      boost::system::error_code refused;
      proxy.connect(socket_, refused);
      if (!refused) {
        std::make_shared<Splice>(Splice::Socket(std::move(client)),
                                 Splice::Socket(std::move(proxy)))
            ->begin({});
      }
      accept();
    });
  }

 private:
  asio::io_context& io_;
  tcp::acceptor& acceptor_;
  asio::local::stream_protocol::endpoint socket_;
};

/// The program's input and output end with the program, not with the relay.
void let_go_of_output() {
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nothing, fd);
}

}  // namespace

int run_with_network(const std::string& socket, const std::vector<std::string>& program) {
  asio::io_context io(1);
  tcp::acceptor acceptor(io);
  boost::system::error_code ec;
  const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), 0);
  acceptor.open(endpoint.protocol(), ec);
  if (!ec) acceptor.bind(endpoint, ec);
  if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (ec) {
    fmt::print(stderr, "hearth: the sandbox has no loopback: {}\n", ec.message());
    return cannot_run;
  }
  const std::string proxy = fmt::format("http://127.0.0.1:{}", acceptor.local_endpoint().port());
  for (const char* name :
       {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"}) {
    ::setenv(name, proxy.c_str(), 1);
  }
  ::fcntl(acceptor.native_handle(), F_SETFD, FD_CLOEXEC);
  io.notify_fork(asio::io_context::fork_prepare);
  const pid_t child = ::fork();
  if (child < 0) {
    fmt::print(stderr, "hearth: {}\n", std::strerror(errno));
    return cannot_run;
  }
  if (child == 0) {
    io.notify_fork(asio::io_context::fork_child);
    ::setsid();
    let_go_of_output();
    Relay relay(io, acceptor, socket);
    relay.accept();
    io.run();
    std::_Exit(0);
  }
  std::vector<char*> words;
  words.reserve(program.size() + 1);
  for (const std::string& word : program) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  ::execvp(words.front(), words.data());
  fmt::print(stderr, "hearth: {}: {}\n", program.front(), std::strerror(errno));
  return cannot_run;
}

}  // namespace hearth::agent
