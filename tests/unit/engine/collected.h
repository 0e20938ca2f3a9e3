#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>

#include "hearth/engine/instance.h"

namespace hearth::engine {

/// Collects one answer's events and waits for conditions on them.
class Collected {
 public:
  chat::EventSink sink() {
    return [this](chat::Event event) {
      const std::lock_guard lock(mutex_);
      if (const auto* delta = std::get_if<chat::TextDelta>(&event)) text_ += delta->text;
      if (const auto* start = std::get_if<chat::ToolCallStart>(&event)) call_ = start->name;
      if (const auto* part = std::get_if<chat::ToolCallDelta>(&event))
        arguments_ += part->arguments;
      if (const auto* progress = std::get_if<chat::PrefillProgress>(&event)) progress_ = *progress;
      if (const auto* end = std::get_if<chat::Finished>(&event)) finished_ = *end;
      if (const auto* end = std::get_if<chat::Failed>(&event)) failed_ = end->error;
      started_ = started_ || std::holds_alternative<chat::Started>(event);
      changed_.notify_all();
    };
  }

  template <class Condition>
  bool wait(Condition condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(250), [&] { return condition(*this); });
  }
  void wait_for_end() {
    ASSERT_TRUE(wait([](const Collected& c) { return c.finished_ || c.failed_; }));
  }
  chat::Finished finished() {
    wait_for_end();
    EXPECT_TRUE(finished_) << (failed_ ? failed_->message : "");
    return finished_.value_or(chat::Finished{});
  }

  std::string text_;
  std::string call_;
  std::string arguments_;
  bool started_ = false;
  std::optional<chat::PrefillProgress> progress_;
  std::optional<chat::Finished> finished_;
  std::optional<Error> failed_;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
};

inline Generation greedy(const Instance& instance, std::string_view text, int max_tokens) {
  Generation generation;
  generation.prompt = raw_prompt(instance.weights(), text);
  generation.sampler.sampling.temperature = 0;
  generation.max_tokens = max_tokens;
  return generation;
}

inline std::string counted(int n) {
  std::string text;
  for (int i = 1; i <= n; ++i) text += " item" + std::to_string(i);
  return text;
}

inline std::string words(int n, int seed = 1) {
  std::string text;
  for (int i = 0; i < n; ++i) {
    text += " item" + std::to_string((i * 7919 + seed * 104729) % 1000);
  }
  return text;
}

}  // namespace hearth::engine
