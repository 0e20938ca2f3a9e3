#pragma once

#include <boost/asio/thread_pool.hpp>

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>

#include "hearth/base/clock.h"
#include "hearth/engine/traffic.h"
#include "hearth/trace/recording.h"

namespace hearth::gateway {

/// Records what local models serve, as block hashes and times, while it is switched on. What came
/// is written every ten seconds or so, and when recording ends. Thread-safe.
class TrafficRecorder : public std::enable_shared_from_this<TrafficRecorder> {
 public:
  /// Recordings are folders in `parent`. Hashing and writing is done by `workers`, which must
  /// outlive this. REQUIRES: owned by a shared_ptr.
  TrafficRecorder(std::shared_ptr<engine::Traffic> traffic, std::filesystem::path parent,
                  boost::asio::thread_pool& workers);
  ~TrafficRecorder();
  TrafficRecorder(const TrafficRecorder&) = delete;
  TrafficRecorder& operator=(const TrafficRecorder&) = delete;

  struct Status {
    bool recording = false;
    std::filesystem::path folder;  ///< of the recording under way, or the last one
    std::size_t n_sessions = 0;
    std::size_t n_requests = 0;
  };
  /// Goes on if it is recording already. Errors: io.
  [[nodiscard]] Result<Status> start();
  /// Errors: io; what could not be written is lost.
  [[nodiscard]] Result<Status> stop();
  [[nodiscard]] Status status();

 private:
  void note(const engine::ServedRequest& request, Clock::time_point ended);
  [[nodiscard]] Status status_now() const;

  std::shared_ptr<engine::Traffic> traffic_;
  std::filesystem::path parent_;
  boost::asio::thread_pool& workers_;
  std::mutex mutex_;
  std::optional<trace::Recording> recording_;
  Status last_;
  Clock::time_point began_;
  Clock::time_point saved_;
};

}  // namespace hearth::gateway
