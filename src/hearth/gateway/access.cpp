#include "hearth/gateway/access.h"

#include <boost/asio/ip/address.hpp>
#include <openssl/crypto.h>

namespace hearth::gateway {
namespace {

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

Result<void> check_key(const Exchange& exchange) {
  const std::string& expected = exchange.routes().api_key;
  if (expected.empty()) return {};
  std::string_view given = exchange.header("x-api-key");
  constexpr std::string_view bearer = "Bearer ";
  if (const auto authorization = exchange.header("authorization");
      given.empty() && authorization.starts_with(bearer)) {
    given = authorization.substr(bearer.size());
  }
  if (given.empty()) {
    return fail(ErrorKind::unauthorized,
                "this server asks for a key; send it as x-api-key or Authorization: Bearer");
  }
  if (!equal_in_constant_time(given, expected)) {
    return fail(ErrorKind::unauthorized,
                "the key is not this server's; check the client's setting");
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
