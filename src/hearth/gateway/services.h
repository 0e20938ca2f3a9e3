#pragma once

#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "hearth/base/clock.h"
#include "hearth/gateway/event_queue.h"
#include "hearth/gateway/pdf_texts.h"
#include "hearth/gateway/routes.h"
#include "hearth/gateway/traffic_recorder.h"
#include "hearth/observe/metrics.h"
#include "hearth/observe/request_log.h"
#include "hearth/observe/response_store.h"

namespace hearth::gateway {

struct Limits {
  std::size_t max_body_bytes = std::size_t{32} << 20;
  std::chrono::seconds read_header{30};
  std::chrono::seconds read_body{120};
  std::chrono::seconds keep_alive{120};
  std::chrono::seconds write{60};
  int max_connections = 2048;
};

/// What the endpoints work with. Outlives every connection.
struct Services {
  Limits limits;
  observe::Metrics metrics;
  std::unique_ptr<observe::RequestLog> request_log;        ///< null: nothing is logged
  std::unique_ptr<observe::ResponseStore> response_store;  ///< null: none is kept
  /// For work that would hold up the network's thread: counting tokens, loading a model.
  boost::asio::thread_pool workers{2};
  std::shared_ptr<TrafficRecorder> traffic_recorder;
  PdfTexts pdf_texts;

  std::atomic<int> n_running{0};  ///< answers under way
  /// Where their events come in. Of the network's thread.
  std::set<std::shared_ptr<EventQueue>> running;
  std::atomic<int> n_connections{0};  ///< open ones
  std::atomic<std::int64_t> last_use_ms{unix_ms()};

  /// Counts and logs a request that has ended.
  void keep(observe::RequestRecord record) {
    metrics.add(record);
    if (request_log) request_log->add(std::move(record));
  }

  /// The present ones. REQUIRES: set_routes() was called.
  [[nodiscard]] std::shared_ptr<const Routes> routes() const {
    const std::lock_guard lock(routes_mutex_);
    return routes_;
  }
  void set_routes(std::shared_ptr<const Routes> routes) {
    const std::lock_guard lock(routes_mutex_);
    routes_.swap(routes);
  }

 private:
  mutable std::mutex routes_mutex_;
  std::shared_ptr<const Routes> routes_;
};

}  // namespace hearth::gateway
