#include "hearth/provider/fallback.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace hearth::provider {
namespace {

/// Whether a failure says something about the provider's state, and not about this request.
bool is_ill(ErrorKind kind) {
  return kind == ErrorKind::unavailable || kind == ErrorKind::timeout ||
         kind == ErrorKind::overloaded || kind == ErrorKind::rate_limited;
}

bool begins_answer(const chat::Event& event) {
  return !std::holds_alternative<chat::Started>(event) &&
         !std::holds_alternative<chat::PrefillProgress>(event) &&
         !std::holds_alternative<chat::Failed>(event);
}

/// Shared by the call and the providers' threads. Events come from one attempt at a time: the next
/// one begins when the one before has sent its last event.
class Attempts : public std::enable_shared_from_this<Attempts> {
 public:
  Attempts(std::vector<Attempt> attempts, chat::EventSink sink, std::shared_ptr<AttemptTrail> trail)
      : attempts_(std::move(attempts)), sink_(std::move(sink)), trail_(std::move(trail)) {
    const auto now = Clock::now();
    const auto rests = [&](const Attempt& attempt) { return attempt.health->resting(now); };
    if (std::ranges::all_of(attempts_, rests)) return;
    for (const Attempt& attempt : attempts_) {
      if (rests(attempt)) trail_->failed(attempt.route, "left alone after failures in a row");
    }
    std::erase_if(attempts_, rests);
  }

  void begin(std::size_t index) {
    Attempt& attempt = attempts_[index];
    chat::Request request = attempt.request();
    std::ranges::move(attempt.provider->left_out(request), std::back_inserter(request.warnings));
    trail_->answers(attempt.route, request.warnings);
    auto call = attempt.provider->start(std::move(request),
                                        [self = shared_from_this(), index](chat::Event event) {
                                          self->take(index, std::move(event));
                                        });
    // A call that was dropped meanwhile is dropped here, outside the lock.
    const std::lock_guard lock(mutex_);
    if (!dropped_) calls_.push_back(std::move(call));
  }

  void drop() {
    std::vector<std::unique_ptr<Call>> calls;
    {
      const std::lock_guard lock(mutex_);
      dropped_ = true;
      calls.swap(calls_);
    }
    // Outside the lock: they wait for their sinks.
    calls.clear();
  }

 private:
  void take(std::size_t index, chat::Event event) {
    if (auto* failed = std::get_if<chat::Failed>(&event)) {
      take_failure(index, *failed);
      return;
    }
    if (std::holds_alternative<chat::Started>(event)) {
      // While it may fail and another one may answer: an answer starts only once.
      if (!started_) held_ = std::move(event);
      if (is_last(index)) release_start();
      return;
    }
    release_start();
    if (begins_answer(event) && !std::exchange(answering_, true)) {
      attempts_[index].health->succeeded();
    }
    sink_(std::move(event));
  }

  void release_start() {
    if (!held_) return;
    started_ = true;
    sink_(*std::exchange(held_, std::nullopt));
  }

  void take_failure(std::size_t index, chat::Failed& failed) {
    Attempt& attempt = attempts_[index];
    if (is_ill(failed.error.kind)) attempt.health->failed(Clock::now());
    if (answering_ || failed.error.kind == ErrorKind::cancelled || is_last(index) || is_dropped()) {
      if (!answering_) {
        for (const std::string& before : trail_->failures()) {
          failed.error.message += fmt::format("; before it, {}", before);
        }
      }
      sink_(chat::Event(std::move(failed)));
      return;
    }
    trail_->failed(attempt.route, failed.error.message);
    held_.reset();
    begin(index + 1);
  }

  [[nodiscard]] bool is_last(std::size_t index) const { return index + 1 == attempts_.size(); }

  bool is_dropped() {
    const std::lock_guard lock(mutex_);
    return dropped_;
  }

  std::vector<Attempt> attempts_;
  chat::EventSink sink_;
  std::shared_ptr<AttemptTrail> trail_;
  std::optional<chat::Event> held_;  ///< the present attempt's Started
  bool started_ = false;
  bool answering_ = false;
  std::mutex mutex_;
  bool dropped_ = false;
  std::vector<std::unique_ptr<Call>> calls_;
};

class FallbackCall : public Call {
 public:
  explicit FallbackCall(std::shared_ptr<Attempts> attempts) : attempts_(std::move(attempts)) {}
  FallbackCall(const FallbackCall&) = delete;
  FallbackCall& operator=(const FallbackCall&) = delete;
  ~FallbackCall() override { attempts_->drop(); }

 private:
  std::shared_ptr<Attempts> attempts_;
};

}  // namespace

void AttemptTrail::failed(const std::string& route, const std::string& reason) {
  const std::lock_guard lock(mutex_);
  failures_.push_back(fmt::format("{} failed: {}", route, reason));
}

void AttemptTrail::answers(const std::string& route, const std::vector<std::string>& warnings) {
  const std::lock_guard lock(mutex_);
  route_ = route;
  warnings_ = warnings;
}

std::string AttemptTrail::route() const {
  const std::lock_guard lock(mutex_);
  return route_;
}

std::vector<std::string> AttemptTrail::warnings() const {
  const std::lock_guard lock(mutex_);
  return warnings_;
}

std::vector<std::string> AttemptTrail::failures() const {
  const std::lock_guard lock(mutex_);
  return failures_;
}

std::unique_ptr<Call> start_with_fallback(std::vector<Attempt> attempts, chat::EventSink sink,
                                          std::shared_ptr<AttemptTrail> trail) {
  auto running = std::make_shared<Attempts>(std::move(attempts), std::move(sink), std::move(trail));
  running->begin(0);
  return std::make_unique<FallbackCall>(std::move(running));
}

}  // namespace hearth::provider
