#include "hearth/gateway/event_queue.h"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace hearth::gateway {

namespace asio = boost::asio;

EventQueue::EventQueue(const asio::any_io_executor& executor, Wake wake)
    : timer_(executor), wake_(wake) {}

void EventQueue::push(chat::Event event) {
  const bool last =
      std::holds_alternative<chat::Finished>(event) || std::holds_alternative<chat::Failed>(event);
  {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
    if (wake_posted_ || (wake_ == Wake::end_only && !last)) return;
    wake_posted_ = true;
  }
  // On the coroutine's executor this runs only while the coroutine waits, so no wake is lost.
  asio::dispatch(timer_.get_executor(), [self = shared_from_this()] { self->timer_.cancel(); });
}

void EventQueue::set_client_gone() {
  client_gone_ = true;
  timer_.cancel();
}

asio::awaitable<std::vector<chat::Event>> EventQueue::take(
    asio::steady_timer::time_point deadline) {
  const auto taken = [this] {
    const std::lock_guard lock(mutex_);
    wake_posted_ = false;
    return std::exchange(events_, {});
  };
  auto events = taken();
  if (events.empty() && !client_gone_) {
    timer_.expires_at(deadline);
    boost::system::error_code ec;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    events = taken();
  }
  co_return events;
}

}  // namespace hearth::gateway
