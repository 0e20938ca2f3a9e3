#include "hearth/gateway/access.h"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <array>

#include "hearth/base/lower_case.h"
#include "hearth/router/glob.h"
#include "hearth/router/key_hash.h"

namespace hearth::gateway {
namespace {

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

/// "host:port" without the port; "[::1]:80" is "::1".
std::string_view host_of(std::string_view authority) {
  if (authority.starts_with('[')) return authority.substr(1, authority.find(']') - 1);
  return authority.substr(0, authority.find(':'));
}

bool is_address(std::string_view host) {
  boost::system::error_code ec;
  boost::asio::ip::make_address(std::string(host), ec);
  return !ec;
}

/// Pages of programs on this machine, which no web site can pretend to be.
bool is_program(std::string_view origin) {
  constexpr std::array schemes{"app://", "tauri://", "vscode-webview://"};
  return std::ranges::any_of(schemes, [&](const char* s) { return origin.starts_with(s); });
}

bool is_from_here(std::string_view origin) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme)) return is_loopback(host_of(origin.substr(scheme.size())));
  }
  return is_program(origin);
}

bool holds_key(std::string_view query) {
  constexpr std::array names{"key=", "api_key=", "apikey=", "api-key=", "token=", "access_token="};
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view field = query.substr(0, end);
    if (std::ranges::any_of(names, [&](const char* name) { return field.starts_with(name); })) {
      return true;
    }
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return false;
}

}  // namespace

Result<void> check_key(const Exchange& exchange) {
  const auto& keys = exchange.routes().key_hashes;
  if (keys.empty()) return {};
  std::string_view given = exchange.header("x-api-key");
  constexpr std::string_view bearer = "Bearer ";
  if (const auto authorization = exchange.header("authorization");
      given.empty() && authorization.starts_with(bearer)) {
    given = authorization.substr(bearer.size());
  }
  if (given.empty()) {
    const std::string_view target = exchange.request().target();
    const std::size_t query = std::min(target.find('?'), target.size());
    return fail(ErrorKind::unauthorized,
                holds_key(target.substr(std::min(query + 1, target.size())))
                    ? "a key in the address ends up in histories and logs; send it as x-api-key or "
                      "Authorization: Bearer"
                    : "this server asks for a key; send it as x-api-key or Authorization: Bearer");
  }
  const std::string hash = router::key_hash(given);
  bool known = false;
  for (const std::string& key : keys) known = equal_in_constant_time(hash, key) || known;
  if (!known) {
    return fail(ErrorKind::unauthorized,
                "the key is not this server's; check the client's setting");
  }
  return {};
}

std::string_view allowed_origin(const Exchange& exchange) {
  const std::string_view origin = exchange.header("origin");
  const auto& allowed = exchange.routes().router->config().allowed_origins;
  const bool named = std::ranges::any_of(
      allowed, [&](const std::string& pattern) { return router::glob_matches(pattern, origin); });
  return named ? origin : std::string_view();
}

Result<void> check_origin(const Exchange& exchange) {
  const std::string_view origin = exchange.header("origin");
  if (!origin.empty() && !is_from_here(origin) && allowed_origin(exchange).empty()) {
    return fail(ErrorKind::forbidden,
                fmt::format("pages of {} may not use this server; ALLOWED_ORIGINS in the "
                            "configuration names those that may",
                            origin));
  }
  std::string host = in_lower_case(host_of(exchange.header("host")));
  if (host.ends_with('.')) host.pop_back();
  const bool open = exchange.routes().key_hashes.empty();
  if (open && !host.empty() && !is_address(host) && host != "localhost" &&
      !host.ends_with(".localhost")) {
    return fail(ErrorKind::forbidden,
                fmt::format("this server is not called {}: without a key it answers to its address "
                            "and to localhost only",
                            host));
  }
  return {};
}

bool is_loopback(std::string_view host) {
  if (host == "localhost") return true;
  boost::system::error_code ec;
  const auto address = boost::asio::ip::make_address(std::string(host), ec);
  return !ec && address.is_loopback();
}

}  // namespace hearth::gateway
