#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "hearth/agent/answer.h"
#include "hearth/chat/event.h"
#include "hearth/chat/request.h"

namespace hearth::agent {

/// Several requests to `POST /v1/messages`, streamed at the same time by one thread: the one that
/// calls `poll`. Dropping or cancelling a request closes its connection, which stops the server's
/// work on it.
class Streams {
 public:
  using OnEvent = std::function<void(std::size_t id, const chat::Event& event)>;

  /// `url` is the server's, without a path; `key` (may be empty) goes with every request.
  Streams(std::string url, std::string key);
  ~Streams();
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;

  /// Begins a request and returns its number. A connection that fails before the server has
  /// answered anything is tried again a few times.
  std::size_t start(const chat::Request& request);

  /// Ends a request; no event of it follows. May be called from within OnEvent.
  void cancel(std::size_t id);
  void cancel_all();

  [[nodiscard]] std::size_t active() const;

  /// Waits up to `wait` for something to arrive and passes it on. The last event of each request is
  /// Finished or Failed; its message says what to do.
  void poll(std::chrono::milliseconds wait, const OnEvent& on_event);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A server that speaks the Messages API.
struct Server {
  std::string url;
  std::string key;
};

/// One request to its end; `on_event` (may be empty) sees every event as it comes. Errors: the
/// server's, or cancelled when `stop` was requested.
Result<Answer> complete(const Server& server, const chat::Request& request,
                        const std::stop_token& stop,
                        const std::function<void(const chat::Event&)>& on_event);

/// Whether the server finds the prompt longer than the model's window.
bool is_too_long(const Error& error);

/// The status and body of an answer that is not streamed.
struct HttpReply {
  long status = 0;
  std::string body;
};
/// `GET path`. Errors: unavailable; timeout.
Result<HttpReply> http_get(const Server& server, const std::string& path,
                           std::chrono::milliseconds timeout);
/// `POST path` with `body`, which is JSON. Errors: the same.
Result<HttpReply> http_post(const Server& server, const std::string& path, const std::string& body,
                            std::chrono::milliseconds timeout);

}  // namespace hearth::agent
