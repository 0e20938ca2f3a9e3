#pragma once

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hearth/gateway/listen_address.h"
#include "hearth/gateway/services.h"

namespace hearth::gateway {

struct ServerOptions {
  std::vector<ListenAddress> addresses{{.host = "127.0.0.1", .port = {}}};  ///< at least one
  /// Of addresses without their own. 0: any free one, the same for all of them.
  std::uint16_t port = 8484;
  /// A socket that listens already, as a service manager hands it over; instead of addresses.
  std::optional<int> listening;
  /// Stop when nothing was asked for this long.
  std::optional<std::chrono::seconds> idle_exit;
  /// How long a stop waits for running answers.
  std::chrono::seconds stop_patience{5};
  /// Called from the network's thread on SIGHUP; must not block. May be empty.
  std::function<void()> on_hangup;
};

/// The HTTP server. Listens from construction by `listen`; serves in `run`.
class Server {
 public:
  /// Takes `options.listening`. Errors: forbidden for an address that others can reach without a
  /// key in its routes; unavailable for a port in use, with what to do; invalid_request for a host
  /// that is no address. `io` is what it runs on, and must outlive it.
  static Result<std::unique_ptr<Server>> listen(const ServerOptions& options, Services& services,
                                                boost::asio::io_context& io);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Of each address, in order: "http://127.0.0.1:8484".
  [[nodiscard]] std::vector<std::string> urls() const;

  /// Serves until `stop`, SIGINT, SIGTERM or the idle time; a second signal ends it at once.
  /// Returns why, in words.
  std::string run();
  /// From any thread.
  void stop();

 private:
  Server();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hearth::gateway
