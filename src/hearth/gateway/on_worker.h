#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <type_traits>

namespace hearth::gateway {

/// Runs `work` on one of `workers`' threads and comes back with its result.
template <class Work>
boost::asio::awaitable<std::invoke_result_t<Work&>> on_worker(boost::asio::thread_pool& workers,
                                                              Work work) {
  co_return co_await boost::asio::co_spawn(
      workers.get_executor(),
      [&work]() -> boost::asio::awaitable<std::invoke_result_t<Work&>> { co_return work(); },
      boost::asio::use_awaitable);
}

}  // namespace hearth::gateway
