#include "hearth/gateway/traffic_recorder.h"

#include <boost/asio/post.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <system_error>

#include <ctime>
#include <utility>

#include "hearth/base/log.h"

namespace hearth::gateway {
namespace {

constexpr double save_interval_ms = 10'000;

std::string name_by_time() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  localtime_r(&now, &parts);
  return fmt::format("{:%Y-%m-%d-%H%M%S}", parts);
}

}  // namespace

TrafficRecorder::TrafficRecorder(std::shared_ptr<engine::Traffic> traffic,
                                 std::filesystem::path parent, boost::asio::thread_pool& workers)
    : traffic_(std::move(traffic)), parent_(std::move(parent)), workers_(workers) {}

TrafficRecorder::~TrafficRecorder() {
  if (const auto stopped = stop(); !stopped) spdlog::warn("{}", stopped.error().message);
}

Result<TrafficRecorder::Status> TrafficRecorder::start() {
  const std::lock_guard lock(mutex_);
  if (recording_) return status_now();
  const auto folder = parent_ / name_by_time();
  std::error_code ec;
  std::filesystem::create_directories(folder, ec);
  if (ec) {
    return fail(ErrorKind::io, fmt::format("{} cannot be made: {}", folder.string(), ec.message()));
  }
  recording_.emplace();
  last_ = {.recording = true, .folder = folder};
  began_ = saved_ = Clock::now();
  traffic_->set_listener(
      [weak = weak_from_this(), &workers = workers_](engine::ServedRequest request) {
        boost::asio::post(workers, [weak, request = std::move(request), ended = Clock::now()] {
          if (const auto recorder = weak.lock()) recorder->note(request, ended);
        });
      });
  return status_now();
}

Result<TrafficRecorder::Status> TrafficRecorder::stop() {
  // Before the lock: who tells holds the traffic's own.
  traffic_->set_listener(nullptr);
  const std::lock_guard lock(mutex_);
  if (!recording_) return last_;
  last_ = status_now();
  last_.recording = false;
  auto saved = recording_->save(last_.folder);
  recording_.reset();
  if (!saved) return pass_on(saved);
  return last_;
}

TrafficRecorder::Status TrafficRecorder::status() {
  const std::lock_guard lock(mutex_);
  return status_now();
}

TrafficRecorder::Status TrafficRecorder::status_now() const {
  Status status = last_;
  if (recording_) {
    status.n_sessions = recording_->n_sessions();
    status.n_requests = recording_->n_requests();
  }
  return status;
}

void TrafficRecorder::note(const engine::ServedRequest& request, Clock::time_point ended) {
  const std::lock_guard lock(mutex_);
  if (!recording_) return;
  recording_->add({.session = request.session,
                   .model = request.model,
                   .began_seconds = ms_between(began_, ended) / 1000 - request.seconds,
                   .api_seconds = request.seconds,
                   .output_tokens = request.n_output,
                   .reused_tokens = request.n_reused,
                   .prompt = request.prompt});
  if (ms_since(saved_) < save_interval_ms) return;
  saved_ = Clock::now();
  if (auto saved = recording_->save(last_.folder); !saved) {
    spdlog::warn("traffic is not recorded: {}", saved.error().message);
  }
}

}  // namespace hearth::gateway
