#include "hearth/gateway/exchange.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/write.hpp>
#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <sstream>
#include <utility>

#include "hearth/base/id.h"
#include "hearth/gateway/body_codec.h"
#include "hearth/gateway/request_target.h"
#include "hearth/wire/anthropic_answer.h"
#include "hearth/wire/ollama_answer.h"
#include "hearth/wire/openai_answer.h"

namespace hearth::gateway {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

namespace {

constexpr const char* server_name = "Hearth";

wire::Api api_of(std::string_view path) {
  if (path.starts_with("/v1/messages")) return wire::Api::anthropic;
  if (path.starts_with("/api/v0/")) return wire::Api::openai;  // LM Studio's
  return path.starts_with("/api/") ? wire::Api::ollama : wire::Api::openai;
}

json::object error_body(const Error& error, wire::Api api, const std::string& request_id) {
  switch (api) {
    case wire::Api::anthropic: return wire::anthropic_error(error, request_id);
    case wire::Api::ollama: return wire::ollama_error(error);
    case wire::Api::openai: break;
  }
  return wire::openai_error(error);
}

}  // namespace

namespace {

template <class Response>
void set_origin(Response& response, const std::string& origin) {
  if (origin.empty()) return;
  response.set(http::field::access_control_allow_origin, origin);
  response.set(http::field::access_control_allow_methods, "GET, POST, DELETE");
  response.set(http::field::access_control_allow_headers, "*, authorization");
  response.set(http::field::vary, "origin");
}

}  // namespace

Exchange::Exchange(beast::tcp_stream& stream, HttpRequest request, Services& services)
    : stream_(stream),
      request_(std::move(request)),
      services_(services),
      routes_(services.routes()),
      path_(request_.target()),
      request_id_(new_id("req_")),
      api_(wire::Api::openai),
      keep_alive_(request_.keep_alive()) {
  auto path = path_of_target(request_.target());
  if (path) {
    path_ = std::move(*path);
  } else {
    path_error_ = std::move(path.error());
  }
  api_ = api_of(path_);
}

std::string Exchange::query(std::string_view name) const {
  return query_value(request_.target(), name);
}

std::string_view Exchange::header(std::string_view name) const {
  const auto found = request_.find(name);
  return found == request_.end() ? std::string_view() : std::string_view(found->value());
}

std::string Exchange::header_values(std::string_view name) const {
  std::string values;
  const auto [begin, end] = request_.equal_range(name);
  for (auto field = begin; field != end; ++field) {
    if (!values.empty()) values += ',';
    values += std::string_view(field->value());
  }
  return values;
}

Result<json::value> Exchange::parse_body() {
  const std::string raw = std::exchange(request_.body(), {});
  // The value is read once and then dropped as a whole: it is allocated in a few large pieces.
  const auto storage =
      json::make_shared_resource<json::monotonic_resource>(std::max<std::size_t>(raw.size(), 1024));
  const std::string_view encoding = header("content-encoding");
  if (encoding.empty()) return parse_json(raw, storage);
  const auto body = decode_body(raw, encoding, services_.limits.max_body_bytes);
  if (!body) return std::unexpected(body.error());
  return parse_json(*body, storage);
}

Exchange::Awaitable<void> Exchange::reply_json(int status, const json::value& body) {
  std::string text = to_json(body);
  co_await reply_text(status, "application/json", text);
}

Exchange::Awaitable<void> Exchange::reply_text(int status, std::string_view content_type,
                                               std::string& body) {
  http::response<http::string_body> response(static_cast<http::status>(status), request_.version());
  response.set(http::field::server, server_name);
  response.set(http::field::content_type, content_type);
  response.set("request-id", request_id_);
  for (const auto& [name, value] : headers_) response.set(name, value);
  set_origin(response, allowed_origin_);
  response.keep_alive(keep_alive_);
  response.body() = std::move(body);
  response.prepare_payload();
  if (request_.method() == http::verb::head) response.body().clear();
  replied_ = true;
  stream_.expires_after(services_.limits.write);
  co_await http::async_write(stream_, response, asio::use_awaitable);
}

Exchange::Awaitable<void> Exchange::reply_error(const Error& error) {
  const json::value body = error_body(error, api_, request_id_);
  const int status = wire::http_status(error, api_);
  const bool later = status == 429 || status == 503 || status == 529;
  if (later && error.retry_after) {
    set_header("retry-after", std::to_string(error.retry_after->count()));
  }
  co_await reply_json(status, body);
}

void Exchange::begin_stream(std::string_view content_type) {
  http::response<http::empty_body> response(http::status::ok, request_.version());
  response.set(http::field::server, server_name);
  response.set(http::field::content_type, content_type);
  response.set(http::field::cache_control, "no-cache");
  response.set("request-id", request_id_);
  for (const auto& [name, value] : headers_) response.set(name, value);
  set_origin(response, allowed_origin_);
  response.keep_alive(keep_alive_);
  response.chunked(true);
  replied_ = true;
  std::ostringstream head;
  head << response.base();
  unsent_head_ = std::move(head).str();
}

Exchange::Awaitable<void> Exchange::write(std::string_view text) {
  if (text.empty()) co_return;
  std::string bytes = std::exchange(unsent_head_, {});
  fmt::format_to(std::back_inserter(bytes), "{:x}\r\n{}\r\n", text.size(), text);
  co_await send(bytes);
}

Exchange::Awaitable<void> Exchange::end_stream() {
  const std::string bytes = std::exchange(unsent_head_, {}) + "0\r\n\r\n";
  co_await send(bytes);
}

Exchange::Awaitable<void> Exchange::send(std::string_view bytes) {
  // There is nearly always room for all of it: no need to wait, nor for a timer.
  const auto sent = ::send(stream_.socket().native_handle(), bytes.data(), bytes.size(),
                           MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
    throw boost::system::system_error(errno, boost::system::system_category());
  }
  bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
  if (bytes.empty()) co_return;
  stream_.expires_after(services_.limits.write);
  const auto rest = asio::buffer(bytes);
  co_await asio::async_write(stream_, rest, asio::use_awaitable);
  stream_.expires_never();
}

void Exchange::watch_client(std::shared_ptr<EventQueue> queue) {
  stream_.expires_never();
  auto& socket = stream_.socket();
  socket.async_wait(asio::ip::tcp::socket::wait_read, [queue = std::move(queue), &socket](
                                                          const boost::system::error_code& ec) {
    if (ec == asio::error::operation_aborted) return;
    char byte = 0;
    const auto got = ec ? -1 : ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    // A byte means that the next request was sent ahead: the client is there.
    const bool nothing_yet = got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    if (got <= 0 && !nothing_yet) queue->set_client_gone();
  });
}

void Exchange::stop_watching() {
  boost::system::error_code ec;
  stream_.socket().cancel(ec);
}

}  // namespace hearth::gateway
