#include "hearth/gateway/listen_address.h"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <charconv>

namespace hearth::gateway {
namespace {

Error no_address(std::string_view text) {
  return {ErrorKind::invalid_request,
          fmt::format("{} is no address to listen on; give an IP address, with a port or without, "
                      "such as 127.0.0.1, 127.0.0.1:8484 or [::1]:8484",
                      text.empty() ? "an empty text" : text)};
}

}  // namespace

Result<ListenAddress> parse_listen_address(std::string_view text) {
  std::string_view host = text;
  std::optional<std::string_view> port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::unexpected(no_address(text));
    host = text.substr(1, end - 1);
    if (const std::string_view rest = text.substr(end + 1); rest.starts_with(':')) {
      port = rest.substr(1);
    } else if (!rest.empty()) {
      return std::unexpected(no_address(text));
    }
  } else if (const std::size_t colon = text.find(':');
             colon != std::string_view::npos && colon == text.rfind(':')) {
    // Two colons and more are an address of version 6.
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
  }
  ListenAddress address;
  address.host = host == "localhost" ? "127.0.0.1" : host;
  boost::system::error_code ec;
  boost::asio::ip::make_address(address.host, ec);
  if (ec) return std::unexpected(no_address(text));
  if (port) {
    std::uint16_t number = 0;
    const auto [end, failed] = std::from_chars(port->data(), port->data() + port->size(), number);
    if (failed != std::errc() || end != port->data() + port->size()) {
      return std::unexpected(no_address(text));
    }
    address.port = number;
  }
  return address;
}

}  // namespace hearth::gateway
