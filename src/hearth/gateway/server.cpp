#include "hearth/gateway/server.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <sys/socket.h>

#include "hearth/base/log.h"
#include "hearth/gateway/access.h"
#include "hearth/gateway/connection.h"

namespace hearth::gateway {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

std::string url_of(const tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  if (endpoint.address().is_v6()) return fmt::format("http://[{}]:{}", host, endpoint.port());
  return fmt::format("http://{}:{}", host, endpoint.port());
}

Result<void> take_over(int socket, tcp::acceptor& acceptor) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  const bool known = ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length) == 0;
  boost::system::error_code ec;
  if (known && (address.ss_family == AF_INET || address.ss_family == AF_INET6)) {
    acceptor.assign(address.ss_family == AF_INET ? tcp::v4() : tcp::v6(), socket, ec);
    if (!ec) return {};
  }
  return fail(ErrorKind::config,
              "the socket that the service manager handed over is no TCP socket that listens; give "
              "the socket unit a ListenStream with an address and a port");
}

/// Whether "::" takes the addresses of version 4 with it.
enum class Versions { both, own_only };

Result<void> open(const tcp::endpoint& endpoint, Versions versions, tcp::acceptor& acceptor) {
  boost::system::error_code ec;
  acceptor.open(endpoint.protocol(), ec);
  if (!ec) acceptor.set_option(asio::socket_base::reuse_address(true), ec);
  if (!ec && endpoint.address().is_v6() && versions == Versions::own_only) {
    acceptor.set_option(asio::ip::v6_only(true), ec);
  }
  if (!ec) acceptor.bind(endpoint, ec);
  if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (ec == asio::error::address_in_use) {
    return fail(ErrorKind::unavailable,
                fmt::format("port {} is in use. If a Hearth server is running there, it can be "
                            "used as it is, or ended with `hearth stop`; or choose another port "
                            "with --port.",
                            endpoint.port()));
  }
  if (ec) {
    return fail(ErrorKind::unavailable,
                fmt::format("cannot listen on {}: {}", url_of(endpoint), ec.message()));
  }
  return {};
}

using Acceptors = std::vector<tcp::acceptor>;

Result<void> open_all(const ServerOptions& options, asio::io_context& io, Acceptors& acceptors) {
  std::uint16_t port = options.port;
  const auto versions = options.addresses.size() > 1 ? Versions::own_only : Versions::both;
  for (const ListenAddress& address : options.addresses) {
    const tcp::endpoint endpoint(asio::ip::make_address(address.host), address.port.value_or(port));
    auto opened = open(endpoint, versions, acceptors.emplace_back(io));
    if (!opened) return opened;
    if (!address.port) port = acceptors.back().local_endpoint().port();
  }
  return {};
}

/// Error: forbidden for one that others can reach, without a key.
Result<void> check_reach(const Acceptors& acceptors, const Services& services) {
  for (const tcp::acceptor& acceptor : acceptors) {
    const std::string host = acceptor.local_endpoint().address().to_string();
    if (is_loopback(host) || !services.routes()->key_hashes.empty()) continue;
    return fail(ErrorKind::forbidden,
                fmt::format("{} can be reached from other machines, so a key is needed: set APIKEY "
                            "in the configuration or HEARTH_API_KEY, or listen on 127.0.0.1",
                            host));
  }
  return {};
}

}  // namespace

struct Server::Impl {
  Impl(Services& used, asio::io_context& loop) : services(used), io(loop) {}

  asio::awaitable<void> accept(tcp::acceptor& acceptor) {
    asio::steady_timer timer{io};
    while (acceptor.is_open()) {
      boost::system::error_code ec;
      tcp::socket socket =
          co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, ec));
      if (ec == asio::error::operation_aborted) co_return;
      if (ec) {
        // Out of descriptors, most likely: wait for some to be closed.
        spdlog::warn("a connection could not be accepted: {}", ec.message());
        timer.expires_after(std::chrono::milliseconds(200));
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ec));
        continue;
      }
      if (services.n_connections < services.limits.max_connections) {
        asio::co_spawn(io, serve_connection(std::move(socket), services), asio::detached);
      } else {
        asio::co_spawn(io, turn_away(std::move(socket), services), asio::detached);
      }
    }
  }

  asio::awaitable<void> watch_idleness(std::chrono::seconds limit) {
    asio::steady_timer idle_timer(io);
    while (true) {
      const auto idle = std::chrono::milliseconds(unix_ms() - services.last_use_ms);
      if (services.n_running == 0 && idle >= limit) break;
      const auto left = std::max<std::chrono::milliseconds>(limit - idle, std::chrono::seconds(1));
      idle_timer.expires_after(left);
      boost::system::error_code ec;
      co_await idle_timer.async_wait(asio::redirect_error(asio::use_awaitable, ec));
      if (ec) co_return;
    }
    stop(fmt::format("nothing was asked for {} s", limit.count()));
  }

  asio::awaitable<void> watch_signals() {
    boost::system::error_code ec;
    co_await signals.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    if (ec) co_return;
    stop("asked to");
    co_await signals.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    if (!ec) io.stop();
  }

  asio::awaitable<void> watch_hangups() {
    boost::system::error_code ec;
    while (!ec) {
      co_await hangups.async_wait(asio::redirect_error(asio::use_awaitable, ec));
      if (!ec && options.on_hangup) options.on_hangup();
    }
  }

  void stop(std::string reason) {
    if (!why.empty()) return;
    why = std::move(reason);
    boost::system::error_code ec;
    for (tcp::acceptor& acceptor : acceptors) acceptor.close(ec);
    asio::co_spawn(io, finish(), asio::detached);
  }

  /// Running answers get some time, and are then told to their clients as failed.
  asio::awaitable<void> finish() {
    constexpr std::chrono::seconds telling{2};
    co_await wait_for_answers(Clock::now() + options.stop_patience);
    for (const auto& queue : services.running) {
      queue->push(chat::Failed{{ErrorKind::overloaded, "the server was stopped"}});
    }
    co_await wait_for_answers(Clock::now() + telling);
    io.stop();
  }

  asio::awaitable<void> wait_for_answers(Clock::time_point until) {
    asio::steady_timer poll(io);
    while (services.n_running > 0 && Clock::now() < until) {
      poll.expires_after(std::chrono::milliseconds(20));
      co_await poll.async_wait(asio::use_awaitable);
    }
  }

  ServerOptions options;
  Services& services;
  asio::io_context& io;
  Acceptors acceptors;  ///< as they are since `listen`
  asio::signal_set signals{io};
  asio::signal_set hangups{io};
  std::string why;
};

Server::Server() = default;
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::listen(const ServerOptions& options, Services& services,
                                               asio::io_context& io) {
  std::unique_ptr<Server> server(new Server);
  server->impl_ = std::make_unique<Impl>(services, io);
  server->impl_->options = options;
  Acceptors& acceptors = server->impl_->acceptors;
  auto opened = options.listening ? take_over(*options.listening, acceptors.emplace_back(io))
                                  : open_all(options, io, acceptors);
  if (!opened) return pass_on(opened);
  if (auto allowed = check_reach(acceptors, services); !allowed) return pass_on(allowed);
  return server;
}

std::vector<std::string> Server::urls() const {
  std::vector<std::string> urls;
  for (const tcp::acceptor& acceptor : impl_->acceptors) {
    urls.push_back(url_of(acceptor.local_endpoint()));
  }
  return urls;
}

std::string Server::run() {
  Impl& impl = *impl_;
  impl.signals.add(SIGINT);
  impl.signals.add(SIGTERM);
  asio::co_spawn(impl.io, impl.watch_signals(), asio::detached);
  impl.hangups.add(SIGHUP);
  asio::co_spawn(impl.io, impl.watch_hangups(), asio::detached);
  for (tcp::acceptor& acceptor : impl.acceptors) {
    asio::co_spawn(impl.io, impl.accept(acceptor), asio::detached);
  }
  if (impl.options.idle_exit) {
    asio::co_spawn(impl.io, impl.watch_idleness(*impl.options.idle_exit), asio::detached);
  }
  impl.io.run();
  return impl.why;
}

void Server::stop() {
  asio::post(impl_->io, [impl = impl_.get()] { impl->stop("asked to"); });
}

}  // namespace hearth::gateway
