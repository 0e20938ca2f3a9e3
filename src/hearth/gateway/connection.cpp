#include "hearth/gateway/connection.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "hearth/base/log.h"
#include "hearth/gateway/endpoints.h"
#include "hearth/gateway/exchange.h"

namespace hearth::gateway {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

using Parser = http::request_parser<http::string_body>;

/// What the client is still sending is read for a moment, so that it gets to see the answer instead
/// of a reset connection.
asio::awaitable<void> let_it_see_the_answer(beast::tcp_stream& stream) {
  boost::system::error_code ec;
  stream.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ec);
  stream.expires_after(std::chrono::seconds(2));
  std::string rest(65536, '\0');
  while (!ec) {
    co_await stream.async_read_some(asio::buffer(rest),
                                    asio::redirect_error(asio::use_awaitable, ec));
  }
}

/// Answers what could not be read as a request, and ends the connection.
asio::awaitable<void> refuse(beast::tcp_stream& stream, Parser& parser, Services& services,
                             const Error& error) {
  Exchange::HttpRequest request;
  request.method(parser.get().method());
  request.target(parser.get().target());
  request.keep_alive(false);
  Exchange exchange(stream, std::move(request), services);
  co_await exchange.reply_error(error);
  co_await let_it_see_the_answer(stream);
}

asio::awaitable<void> send_continue(beast::tcp_stream& stream) {
  http::response<http::empty_body> go_on(http::status::continue_, 11);
  co_await http::async_write(stream, go_on, asio::use_awaitable);
}

/// A body of known length, straight to where it belongs: a parser would read it in small pieces,
/// and copy each. `buffer` holds what has been read of it already, and may hold what comes behind
/// it.
asio::awaitable<void> read_body(beast::tcp_stream& stream, beast::flat_buffer& buffer,
                                std::size_t length, std::string& body,
                                boost::system::error_code& ec) {
  const std::size_t there = std::min(buffer.size(), length);
  // GCC 12 hands in a size that may be larger than the one that was asked for.
  body.resize_and_overwrite(length, [&](char* bytes, std::size_t) {
    std::memcpy(bytes, buffer.data().data(), there);
    return length;
  });
  buffer.consume(there);
  std::size_t filled = there;
  while (filled < length && !ec) {
    filled += co_await stream.async_read_some(asio::buffer(body.data() + filled, length - filled),
                                              asio::redirect_error(asio::use_awaitable, ec));
  }
}

Error too_large(const Limits& limits) {
  return {ErrorKind::too_large,
          fmt::format("the body is larger than the limit of {} bytes; the server's --max-body "
                      "option sets it",
                      limits.max_body_bytes)};
}

/// One of the connections that are counted.
class Counted {
 public:
  explicit Counted(Services& services) : services_(services) { ++services_.n_connections; }
  ~Counted() { --services_.n_connections; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  Services& services_;
};

/// Whether a connection was just opened: its request must come soon.
enum class Connection { opened, kept };

/// Waits for the first bytes of a request, for as long as such a connection may be silent; what
/// follows has its own limit. False: there are none.
asio::awaitable<bool> wait_for_request(beast::tcp_stream& stream, beast::flat_buffer& buffer,
                                       std::chrono::seconds patience) {
  constexpr std::size_t piece = 16384;
  stream.expires_after(patience);
  boost::system::error_code ec;
  const auto space = buffer.prepare(piece);
  const std::size_t n =
      co_await stream.async_read_some(space, asio::redirect_error(asio::use_awaitable, ec));
  buffer.commit(n);
  co_return !ec;
}

/// One request and its answer. False: the connection is to be closed.
asio::awaitable<bool> serve_one(beast::tcp_stream& stream, beast::flat_buffer& buffer,
                                Services& services, Connection connection) {
  const Limits& limits = services.limits;
  Parser parser;
  parser.header_limit(64 * 1024);
  parser.body_limit(limits.max_body_bytes);

  boost::system::error_code ec;
  if (connection == Connection::kept && buffer.size() == 0) {
    const bool came = co_await wait_for_request(stream, buffer, limits.keep_alive);
    if (!came) co_return false;
  }
  stream.expires_after(limits.read_header);
  co_await http::async_read_header(stream, buffer, parser,
                                   asio::redirect_error(asio::use_awaitable, ec));
  if (ec == http::error::end_of_stream || ec == beast::error::timeout ||
      ec == asio::error::connection_reset) {
    co_return false;
  }
  if (!ec) {
    stream.expires_after(limits.read_body);
    if (beast::iequals(parser.get()[http::field::expect], "100-continue")) {
      co_await send_continue(stream);
    }
    if (parser.content_length()) {
      const std::size_t length = *parser.content_length();
      if (length > limits.max_body_bytes) {
        ec = http::error::body_limit;
      } else {
        co_await read_body(stream, buffer, length, parser.get().body(), ec);
      }
    } else {
      co_await http::async_read(stream, buffer, parser,
                                asio::redirect_error(asio::use_awaitable, ec));
    }
  }
  if (ec == http::error::body_limit) {
    const Error error = too_large(limits);
    co_await refuse(stream, parser, services, error);
    co_return false;
  }
  if (ec == http::error::partial_message || ec == asio::error::eof || ec == beast::error::timeout) {
    co_return false;
  }
  if (ec) {
    const Error error{ErrorKind::invalid_request, "this is not an HTTP request: " + ec.message()};
    co_await refuse(stream, parser, services, error);
    co_return false;
  }
  Exchange exchange(stream, parser.release(), services);
  services.last_use_ms = unix_ms();
  std::string failure;
  try {
    co_await handle(exchange);
  } catch (const boost::system::system_error&) {
    co_return false;
  } catch (const std::exception& broken) {
    failure = broken.what();
  }
  if (!failure.empty()) {
    spdlog::error("{} failed: {}", exchange.path(), failure);
    if (exchange.replied()) co_return false;
    const Error error{ErrorKind::internal, "a fault in the server: " + failure};
    co_await exchange.reply_error(error);
  }
  co_return exchange.keep_alive();
}

}  // namespace

asio::awaitable<void> serve_connection(asio::ip::tcp::socket socket, Services& services) {
  const Counted counted(services);
  beast::tcp_stream stream(std::move(socket));
  boost::system::error_code ec;
  stream.socket().set_option(asio::ip::tcp::no_delay(true), ec);
  beast::flat_buffer buffer;
  try {
    auto connection = Connection::opened;
    while (co_await serve_one(stream, buffer, services, connection)) {
      connection = Connection::kept;
    }
  } catch (const boost::system::system_error& lost) {
    spdlog::debug("a connection was lost: {}", lost.code().message());
  }
  stream.socket().shutdown(asio::ip::tcp::socket::shutdown_both, ec);
}

asio::awaitable<void> turn_away(asio::ip::tcp::socket socket, Services& services) {
  beast::tcp_stream stream(std::move(socket));
  try {
    Exchange::HttpRequest request;
    request.keep_alive(false);
    Exchange exchange(stream, std::move(request), services);
    const Error error{ErrorKind::overloaded,
                      fmt::format("{} connections are open, and no more are served; the server's "
                                  "--max-connections option sets how many",
                                  services.limits.max_connections),
                      std::chrono::seconds(1)};
    co_await exchange.reply_error(error);
    co_await let_it_see_the_answer(stream);
  } catch (const boost::system::system_error&) {
    co_return;
  }
}

}  // namespace hearth::gateway
