#include "hearth/agent/sandbox/network_proxy.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <sstream>
#include <string_view>
#include <thread>
#include <utility>

#include "hearth/agent/sandbox/host_pattern.h"
#include "hearth/agent/sandbox/splice.h"

namespace hearth::agent {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

namespace {

using Hosts = std::shared_ptr<const std::vector<std::string>>;

struct HostAndPort {
  std::string host;
  int port = 0;
};

/// "host:port" or "[address]:port"; without a port, `usual`. Port 0: it is no such thing.
HostAndPort host_and_port(std::string_view text, int usual) {
  HostAndPort parts;
  const std::size_t bracket = text.find(']');
  const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  parts.host = host;
  parts.port = usual;
  if (colon == std::string_view::npos) return parts;
  const std::string_view digits = text.substr(colon + 1);
  const auto [rest, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), parts.port);
  if (ec != std::errc{} || rest != digits.data() + digits.size()) parts.port = 0;
  return parts;
}

/// Of this machine, or of the network around it.
bool is_private(const asio::ip::address& address) {
  if (address.is_v6()) {
    const asio::ip::address_v6 v6 = address.to_v6();
    if (v6.is_v4_mapped()) {
      return is_private(asio::ip::make_address_v4(asio::ip::v4_mapped, v6));
    }
    constexpr unsigned char unique_local = 0xfc;
    return v6.is_loopback() || v6.is_unspecified() || v6.is_link_local() || v6.is_site_local() ||
           (v6.to_bytes()[0] & 0xfe) == unique_local;
  }
  const auto bytes = address.to_v4().to_bytes();
  return address.is_loopback() || bytes[0] == 0 || bytes[0] == 10 || bytes[0] == 127 ||
         (bytes[0] == 169 && bytes[1] == 254) || (bytes[0] == 172 && (bytes[1] & 0xf0) == 16) ||
         (bytes[0] == 192 && bytes[1] == 168) || (bytes[0] == 100 && (bytes[1] & 0xc0) == 64);
}

/// Names that mean an address here on purpose.
bool may_be_private(std::string_view host) {
  boost::system::error_code ec;
  asio::ip::make_address(host, ec);
  return !ec || host == "localhost";
}

/// One connection of a command.
class Client : public std::enable_shared_from_this<Client> {
 public:
  Client(asio::io_context& io, Splice::Socket socket, Hosts hosts)
      : client_(std::move(socket)),
        server_(io),
        resolver_(io),
        timer_(io),
        hosts_(std::move(hosts)) {
    constexpr std::uint32_t longest_header = 64U << 10;
    parser_.header_limit(longest_header);
  }

  void begin() {
    http::async_read_header(client_, buffer_, parser_,
                            [self = shared_from_this()](boost::system::error_code ec, std::size_t) {
                              if (!ec) self->look_at_request();
                            });
  }

 private:
  using Request = http::request<http::empty_body>;

  void look_at_request() {
    const Request& request = parser_.get();
    std::string_view target(request.target().data(), request.target().size());
    tunnel_ = request.method() == http::verb::connect;
    constexpr std::string_view scheme = "http://";
    if (!tunnel_) {
      if (!target.starts_with(scheme)) return answer(400, "This proxy takes CONNECT and http://.");
      target.remove_prefix(scheme.size());
      path_ = std::string(target.substr(std::min(target.find('/'), target.size())));
      if (path_.empty()) path_ = "/";
      target = target.substr(0, target.find_first_of("/?#"));
    }
    const HostAndPort wanted = host_and_port(target, tunnel_ ? 0 : 80);
    if (wanted.port <= 0 || wanted.host.empty()) return answer(400, "No host and port to go to.");
    const auto allows = [&](const std::string& pattern) {
      return matches_host(pattern, wanted.host, wanted.port);
    };
    if (std::ranges::none_of(*hosts_, allows)) {
      return answer(403, fmt::format("The sandbox does not let commands reach {}. \"sandbox\": "
                                     "{{\"network\": [\"{}\"]}} in the settings allows it.",
                                     wanted.host, wanted.host));
    }
    resolve(wanted);
  }

  void resolve(const HostAndPort& wanted) {
    // Resolving and connecting.
    constexpr std::chrono::seconds patience{20};
    timer_.expires_after(patience);
    timer_.async_wait([self = shared_from_this()](boost::system::error_code ec) {
      if (ec) return;
      self->resolver_.cancel();
      boost::system::error_code ignored;
      self->server_.close(ignored);
    });
    resolver_.async_resolve(
        wanted.host, std::to_string(wanted.port),
        [self = shared_from_this(), host = wanted.host](boost::system::error_code ec,
                                                        const tcp::resolver::results_type& found) {
          if (ec) return self->answer(502, fmt::format("{}: {}", host, ec.message()));
          self->connect(host, found);
        });
  }

  void connect(const std::string& host, const tcp::resolver::results_type& found) {
    std::vector<tcp::endpoint> addresses;
    for (const auto& entry : found) {
      if (may_be_private(host) || !is_private(entry.endpoint().address())) {
        addresses.push_back(entry.endpoint());
      }
    }
    if (addresses.empty()) {
      return answer(403, fmt::format("{} is an address of this machine or its network; only "
                                     "\"localhost\", or the address itself, can be allowed.",
                                     host));
    }
    asio::async_connect(
        server_, addresses,
        [self = shared_from_this(), host](boost::system::error_code ec, const tcp::endpoint&) {
          self->timer_.cancel();
          if (ec) return self->answer(502, fmt::format("{}: {}", host, ec.message()));
          self->connected();
        });
  }

  void connected() {
    std::string behind = beast::buffers_to_string(buffer_.data());
    if (tunnel_) {
      answer_ = "HTTP/1.1 200 Connection established\r\n\r\n";
      asio::async_write(client_, asio::buffer(answer_),
                        [self = shared_from_this(), behind = std::move(behind)](
                            boost::system::error_code ec, std::size_t) mutable {
                          if (!ec) self->splice(std::move(behind));
                        });
      return;
    }
    // The server sees a request of its own; another one may want another host.
    Request request = parser_.get();
    request.target(path_);
    request.erase("proxy-connection");
    request.erase("proxy-authorization");
    request.set(http::field::connection, "close");
    std::ostringstream head;
    head << request.base();
    splice(head.str() + behind);
  }

  void splice(std::string first) {
    std::make_shared<Splice>(std::move(client_), Splice::Socket(std::move(server_)))
        ->begin(std::move(first));
  }

  void answer(int status, const std::string& words) {
    timer_.cancel();
    answer_ = fmt::format(
        "HTTP/1.1 {} {}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {}\r\n"
        "connection: close\r\n\r\n{}\n",
        status, std::string(http::obsolete_reason(static_cast<http::status>(status))),
        words.size() + 1, words);
    asio::async_write(client_, asio::buffer(answer_),
                      [self = shared_from_this()](boost::system::error_code, std::size_t) {
                        boost::system::error_code ignored;
                        self->client_.shutdown(Splice::Socket::shutdown_send, ignored);
                      });
  }

  Splice::Socket client_;
  tcp::socket server_;
  tcp::resolver resolver_;
  asio::steady_timer timer_;
  Hosts hosts_;
  beast::flat_buffer buffer_;
  http::request_parser<http::empty_body> parser_;
  std::string path_;
  std::string answer_;
  bool tunnel_ = false;
};

}  // namespace

struct NetworkProxy::State {
  asio::io_context io{1};
  asio::local::stream_protocol::acceptor acceptor{io};
  Hosts hosts;
  std::jthread thread;

  void accept() {
    acceptor.async_accept(
        [this](boost::system::error_code ec, asio::local::stream_protocol::socket socket) {
          if (ec) return;
          std::make_shared<Client>(io, Splice::Socket(std::move(socket)), hosts)->begin();
          accept();
        });
  }
};

Result<std::unique_ptr<NetworkProxy>> NetworkProxy::listen(const std::filesystem::path& socket,
                                                           std::vector<std::string> hosts) {
  auto state = std::make_unique<State>();
  state->hosts = std::make_shared<const std::vector<std::string>>(std::move(hosts));
  try {
    const asio::local::stream_protocol::endpoint endpoint(socket.string());
    state->acceptor.open(endpoint.protocol());
    state->acceptor.bind(endpoint);
    state->acceptor.listen();
  } catch (const boost::system::system_error& failure) {
    return fail(ErrorKind::io, fmt::format("{}: {}", socket.string(), failure.code().message()));
  }
  state->accept();
  state->thread = std::jthread([&io = state->io] { io.run(); });
  return std::unique_ptr<NetworkProxy>(new NetworkProxy(std::move(state)));
}

NetworkProxy::NetworkProxy(std::unique_ptr<State> state) : state_(std::move(state)) {}

NetworkProxy::~NetworkProxy() {
  state_->io.stop();
}

}  // namespace hearth::agent
