#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

namespace hearth::agent {

/// Requests a stop after some time, or as soon as another one is.
class TimeLimit {
 public:
  TimeLimit(std::chrono::seconds limit, const std::stop_token& other)
      : passed_on_(other, Request{&stop_}),
        thread_([this, limit](const std::stop_token& end) { wait(limit, end); }) {}

  [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }
  [[nodiscard]] bool reached() const {
    const std::lock_guard lock(mutex_);
    return reached_;
  }

 private:
  struct Request {
    std::stop_source* stop;
    void operator()() const { stop->request_stop(); }
  };

  void wait(std::chrono::seconds limit, const std::stop_token& end) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, end, limit, [] { return false; });
    if (end.stop_requested()) return;
    reached_ = true;
    lock.unlock();
    stop_.request_stop();
  }

  std::stop_source stop_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  bool reached_ = false;
  std::stop_callback<Request> passed_on_;
  std::jthread thread_;
};

}  // namespace hearth::agent
