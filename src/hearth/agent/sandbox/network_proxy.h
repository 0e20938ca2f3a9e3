#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "hearth/base/error.h"

namespace hearth::agent {

/// An HTTP proxy on a socket in the file system, for commands that have no network of their own: it
/// connects to the hosts that were allowed and to no other (CONNECT, and plain HTTP; RFC
/// 9110, 9.3.6 and RFC 9112, 3.2.2). What an allowed name resolves to must be a public address,
/// unless the host is "localhost" or was allowed by its address. Runs in a thread of its own.
class NetworkProxy {
 public:
  /// `hosts`: patterns as of matches_host. Errors: io.
  static Result<std::unique_ptr<NetworkProxy>> listen(const std::filesystem::path& socket,
                                                      std::vector<std::string> hosts);
  ~NetworkProxy();
  NetworkProxy(const NetworkProxy&) = delete;
  NetworkProxy& operator=(const NetworkProxy&) = delete;

 private:
  struct State;
  explicit NetworkProxy(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hearth::agent
