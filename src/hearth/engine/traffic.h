#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "hearth/engine/weights.h"

namespace hearth::engine {

/// A request that was served to its end.
struct ServedRequest {
  std::string model;    ///< the file's name, without its ending
  std::string session;  ///< the client's key of the conversation, or empty
  double seconds = 0;   ///< from its arrival to now
  int n_reused = 0;
  int n_output = 0;
  std::vector<Token> prompt;
};

/// Tells who records traffic of the requests that are served. Thread-safe.
class Traffic {
 public:
  /// Called on the engine's threads, so it must be quick.
  using Listener = std::function<void(ServedRequest)>;

  /// In place of whoever listened; null: nobody does. The earlier one is not called any more.
  void set_listener(Listener listener) {
    const std::lock_guard lock(mutex_);
    listener_ = std::move(listener);
    heard_ = listener_ != nullptr;
  }
  /// False: telling would be for nothing.
  [[nodiscard]] bool heard() const { return heard_; }
  void tell(ServedRequest request) {
    const std::lock_guard lock(mutex_);
    if (listener_) listener_(std::move(request));
  }

 private:
  std::atomic<bool> heard_{false};
  std::mutex mutex_;
  Listener listener_;
};

}  // namespace hearth::engine
