#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "hearth/provider/remote.h"

namespace hearth::provider {

/// The events of one answer, gathered until it ends.
class Gathered {
 public:
  chat::EventSink sink() {
    return [this](chat::Event event) {
      const std::lock_guard lock(mutex_);
      ended_ = ended_ || std::holds_alternative<chat::Finished>(event) ||
               std::holds_alternative<chat::Failed>(event);
      events_.push_back(std::move(event));
      changed_.notify_all();
    };
  }
  std::vector<chat::Event> wait() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds(10), [this] { return ended_; }))
        << "no end came";
    return events_;
  }
  bool wait_for_text() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [this] {
      return !events_.empty() && std::holds_alternative<chat::TextDelta>(events_.back());
    });
  }
  std::size_t count() {
    const std::lock_guard lock(mutex_);
    return events_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<chat::Event> events_;
  bool ended_ = false;
};

/// A loop, and the thread that runs it.
struct RunningLoop {
  boost::asio::io_context io{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work =
      boost::asio::make_work_guard(io);
  CurlLoop loop{io};
  std::thread thread{[this] { io.run(); }};

  RunningLoop() = default;
  RunningLoop(const RunningLoop&) = delete;
  RunningLoop& operator=(const RunningLoop&) = delete;
  ~RunningLoop() {
    io.stop();
    thread.join();
    loop.close();
  }
};

inline chat::Request hello() {
  chat::Request request;
  request.model = "m";
  request.messages.push_back({chat::Role::user, {chat::TextBlock{"hi", {}}}});
  return request;
}

inline RemoteSettings settings_for(std::string url,
                                   router::ProviderKind kind = router::ProviderKind::openai) {
  RemoteSettings settings;
  settings.name = "far";
  settings.kind = kind;
  settings.url = std::move(url);
  settings.api_key = "sk-secret";
  settings.models = {"m"};
  settings.silence_timeout = std::chrono::seconds(5);
  return settings;
}

inline std::vector<chat::Event> answer(RemoteSettings settings, chat::Request request = hello()) {
  RunningLoop running;
  RemoteProvider provider(std::move(settings), running.loop);
  Gathered gathered;
  const auto call = provider.start(std::move(request), gathered.sink());
  return gathered.wait();
}

inline Error error_of(const std::vector<chat::Event>& events) {
  if (events.empty()) return {ErrorKind::internal, "no event"};
  const auto* failed = std::get_if<chat::Failed>(&events.back());
  return failed == nullptr ? Error{ErrorKind::internal, "no failure"} : failed->error;
}

inline std::string text_of(const std::vector<chat::Event>& events) {
  std::string text;
  for (const chat::Event& event : events) {
    if (const auto* delta = std::get_if<chat::TextDelta>(&event)) text += delta->text;
  }
  return text;
}

inline constexpr std::string_view stream_head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";

inline std::string response(int status, std::string_view body, std::string_view headers = "") {
  return "HTTP/1.1 " + std::to_string(status) +
         " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(headers) +
         "\r\n" + std::string(body);
}

inline const std::string chat_stream =
    "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n"
    "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n"
    "data: {\"choices\":[{\"delta\":{\"content\":\"lo\"}}]}\n\n"
    "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],"
    "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2}}\n\n"
    "data: [DONE]\n\n";

}  // namespace hearth::provider
