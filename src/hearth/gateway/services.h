#pragma once

#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <map>
#include <memory>
#include <string>

#include "hearth/base/clock.h"
#include "hearth/gateway/traffic_recorder.h"
#include "hearth/observe/request_log.h"
#include "hearth/observe/response_store.h"
#include "hearth/provider/local.h"
#include "hearth/router/router.h"

namespace hearth::gateway {

struct Limits {
  std::size_t max_body_bytes = std::size_t{32} << 20;
  std::chrono::seconds read_header{30};
  std::chrono::seconds read_body{120};
  std::chrono::seconds keep_alive{120};
  std::chrono::seconds write{60};
};

/// What the endpoints work with. Outlives every connection.
struct Services {
  std::string api_key;  ///< empty: none is asked for
  Limits limits;
  std::unique_ptr<router::Router> router;
  std::map<std::string, std::shared_ptr<provider::Provider>> providers;
  std::shared_ptr<provider::LocalModels> local_models;
  std::unique_ptr<observe::RequestLog> request_log;        ///< null: nothing is logged
  std::unique_ptr<observe::ResponseStore> response_store;  ///< null: none is kept
  /// For work that would hold up the network's thread: counting tokens, loading a model.
  boost::asio::thread_pool workers{2};
  std::shared_ptr<TrafficRecorder> traffic_recorder;

  std::atomic<int> n_running{0};  ///< answers under way
  std::atomic<std::int64_t> last_use_ms{unix_ms()};

  /// The local model that `asked` means: itself, without its provider, or the first one where it is
  /// empty or a hosted model's name. Empty if there is none.
  [[nodiscard]] std::string local_model_name(const std::string& asked) const;
  /// The local provider that answers for it; null if none does.
  [[nodiscard]] provider::LocalProvider* local_for(const std::string& asked) const;
  /// What to say where `local_for` is null.
  [[nodiscard]] Error no_local_model(const std::string& asked) const;
};

}  // namespace hearth::gateway
