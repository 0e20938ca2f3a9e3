#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <mutex>
#include <vector>

#include "hearth/chat/event.h"

namespace hearth::gateway {

/// Events on their way from a provider's thread to the coroutine that answers the client. Shared by
/// both sides.
class EventQueue : public std::enable_shared_from_this<EventQueue> {
 public:
  /// `each_event`: wake the coroutine for every event. `end_only`: only for the last one, for
  /// answers that are sent whole.
  enum class Wake { each_event, end_only };
  EventQueue(const boost::asio::any_io_executor& executor, Wake wake);

  /// From any thread.
  void push(chat::Event event);
  /// The client is gone; wakes the coroutine. From the coroutine's executor.
  void set_client_gone();
  [[nodiscard]] bool client_gone() const { return client_gone_; }

  /// What has arrived; waits until something has, the client is gone, or `deadline`.
  boost::asio::awaitable<std::vector<chat::Event>> take(
      boost::asio::steady_timer::time_point deadline);

 private:
  boost::asio::steady_timer timer_;
  Wake wake_;
  std::mutex mutex_;
  std::vector<chat::Event> events_;
  bool wake_posted_ = false;
  bool client_gone_ = false;
};

}  // namespace hearth::gateway
