#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hearth/base/json.h"
#include "hearth/gateway/event_queue.h"
#include "hearth/gateway/services.h"
#include "hearth/wire/http_status.h"

namespace hearth::gateway {

/// One request on a connection, and its response. The coroutines of this room take references and
/// named values only: GCC 12 destroys some temporaries in the arguments of co_await twice.
/// A response is either whole (`reply…`) or a stream
/// (`begin_stream`, `write`…, `end_stream`).
class Exchange {
 public:
  using HttpRequest = boost::beast::http::request<boost::beast::http::string_body>;
  template <class T>
  using Awaitable = boost::asio::awaitable<T>;

  Exchange(boost::beast::tcp_stream& stream, HttpRequest request, Services& services);

  [[nodiscard]] const HttpRequest& request() const { return request_; }
  /// With its escapes undone; as it came where that is not possible.
  [[nodiscard]] std::string_view path() const { return path_; }
  /// What is wrong with the address, or nothing.
  [[nodiscard]] const std::optional<Error>& path_error() const { return path_error_; }
  /// A parameter of the query; empty where it is missing.
  [[nodiscard]] std::string query(std::string_view name) const;
  [[nodiscard]] std::string_view header(std::string_view name) const;
  /// Of all headers of that name, with commas between them.
  [[nodiscard]] std::string header_values(std::string_view name) const;
  [[nodiscard]] Services& services() const { return services_; }
  /// Those of when the request arrived.
  [[nodiscard]] const Routes& routes() const { return *routes_; }
  [[nodiscard]] const std::shared_ptr<const Routes>& shared_routes() const { return routes_; }
  [[nodiscard]] wire::Api api() const { return api_; }
  /// False once the connection must be closed after this exchange.
  [[nodiscard]] bool keep_alive() const { return keep_alive_; }
  [[nodiscard]] bool replied() const { return replied_; }
  [[nodiscard]] const std::string& request_id() const { return request_id_; }

  /// Takes the body, decompressed (gzip, deflate, zstd) and parsed.
  /// Errors: invalid_request; too_large if it is over the limit once it is decompressed.
  [[nodiscard]] Result<json::value> parse_body();

  Awaitable<void> reply_json(int status, const json::value& body);
  /// Takes `body`.
  Awaitable<void> reply_text(int status, std::string_view content_type, std::string& body);
  /// In the envelope of this endpoint's API; with `retry-after` where a provider told it.
  Awaitable<void> reply_error(const Error& error);

  /// Lets the page of that origin read the responses (CORS).
  void allow_origin(std::string_view origin) { allowed_origin_ = origin; }

  /// A header of a response that is still to be sent whole.
  void set_header(std::string name, std::string value) {
    headers_.emplace_back(std::move(name), std::move(value));
  }

  /// The head goes out with the first text.
  void begin_stream(std::string_view content_type);
  /// Throws boost::system::system_error if the client is gone or does not read for Limits::write.
  Awaitable<void> write(std::string_view text);
  Awaitable<void> end_stream();

  /// Tells `queue` when the client closes the connection while an answer is being made.
  void watch_client(std::shared_ptr<EventQueue> queue);
  void stop_watching();
  /// The response cannot be completed; the connection is closed without its end.
  void abandon() { keep_alive_ = false; }

 private:
  Awaitable<void> send(std::string_view bytes);

  boost::beast::tcp_stream& stream_;
  HttpRequest request_;
  Services& services_;
  std::shared_ptr<const Routes> routes_;
  std::string path_;
  std::optional<Error> path_error_;
  std::string request_id_;
  wire::Api api_;
  bool keep_alive_;
  bool replied_ = false;
  std::string unsent_head_;
  std::string allowed_origin_;
  std::vector<std::pair<std::string, std::string>> headers_;
};

}  // namespace hearth::gateway
