#pragma once

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::provider {

struct HttpRequest {
  std::string url;
  std::vector<std::string> headers;  ///< "name: value"
  std::string body;                  ///< sent with POST
  std::string proxy;                 ///< empty: after the environment's *_proxy variables
  std::chrono::milliseconds connect_timeout{10000};
  /// The longest silence, both before the first byte and between two.
  std::chrono::milliseconds silence_timeout{600000};
};

struct HttpResponse {
  int status = 0;
  std::string content_type;
  std::optional<std::chrono::seconds> retry_after;  ///< from now; told in seconds or as a date
};

enum class TransferFault {
  none,
  bad_url,  ///< malformed, or a scheme other than http and https
  resolve,  ///< the host's name is unknown
  refused,  ///< nobody listens, or no way there
  connect_timeout,
  silent,  ///< over `silence_timeout`
  tls,
  broken,  ///< the connection ended before the response did
};

struct TransferEnd {
  TransferFault fault = TransferFault::none;
  std::string reason;  ///< libcurl's words
};

/// Called from the loop's thread; must not block.
struct TransferCallbacks {
  std::move_only_function<void(const HttpResponse&)> on_response;  ///< before the first byte
  std::move_only_function<void(std::string_view)> on_bytes;
  std::move_only_function<void(const TransferEnd&)> on_end;  ///< once, last
};

/// Drives the transfers of the process from an asio loop, by whose thread all callbacks are called
/// (curl_multi_socket_action), with HTTP/1.1 connections kept alive and used again. `start`, and
/// dropping a transfer, from any thread.
class CurlLoop {
 public:
  /// A transfer under way. Dropping it, also from one of its callbacks, closes the connection; no
  /// callback runs afterwards.
  class Transfer {
   public:
    Transfer() = default;
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;
    virtual ~Transfer() = default;
  };

  /// `io`: run by one thread. It must outlive the loop, or close() be called before it ends.
  explicit CurlLoop(boost::asio::io_context& io);
  ~CurlLoop();
  CurlLoop(const CurlLoop&) = delete;
  CurlLoop& operator=(const CurlLoop&) = delete;

  /// Returns at once; every outcome comes through `callbacks`. Begins after `delay`.
  [[nodiscard]] std::unique_ptr<Transfer> start(std::shared_ptr<const HttpRequest> request,
                                                TransferCallbacks callbacks,
                                                std::chrono::milliseconds delay = {});

  /// Ends all transfers without a word. REQUIRES: nobody runs `io` any more.
  void close();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace hearth::provider
