#include "hearth/provider/choices.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace hearth::provider {
namespace {

/// Shared by the call and the answers' threads.
class Choices {
 public:
  Choices(std::size_t n, Prompts prompts, chat::EventSink sink)
      : prompts_(prompts), sink_(std::move(sink)), held_(n) {}

  void take(std::size_t choice, chat::Event event) {
    const std::lock_guard lock(mutex_);
    if (choice != current_) {
      held_[choice].push_back(std::move(event));
      return;
    }
    tell(std::move(event));
    // A choice that has ended while it was held back is told as a whole, and the next one.
    while (current_ < held_.size() && !held_[current_].empty()) {
      for (chat::Event& before : std::exchange(held_[current_], {})) tell(std::move(before));
    }
  }

 private:
  void tell(chat::Event event) {
    const bool first = current_ == 0;
    if (auto* finished = std::get_if<chat::Finished>(&event)) {
      end_choice(std::move(*finished));
      return;
    }
    const bool beginning = std::holds_alternative<chat::Started>(event) ||
                           std::holds_alternative<chat::PrefillProgress>(event);
    if (beginning && !first) return;
    if (std::holds_alternative<chat::Failed>(event)) current_ = held_.size();
    sink_(std::move(event));
  }

  void end_choice(chat::Finished finished) {
    add(finished);
    if (++current_ < held_.size()) {
      sink_(chat::ChoiceFinished{std::move(finished)});
      return;
    }
    finished.usage = usage_;
    finished.timings = timings_;
    sink_(std::move(finished));
  }

  void add(const chat::Finished& finished) {
    const bool first = current_ == 0;
    if (first || prompts_ == Prompts::each_its_own) {
      usage_.prompt_tokens += finished.usage.prompt_tokens;
      usage_.reused_tokens += finished.usage.reused_tokens;
      usage_.ahead_tokens += finished.usage.ahead_tokens;
    }
    usage_.output_tokens += finished.usage.output_tokens;
    usage_.thinking_tokens += finished.usage.thinking_tokens;
    usage_.estimated = usage_.estimated || finished.usage.estimated;
    const double decode_ms = std::max(timings_.decode_ms, finished.timings.decode_ms);
    if (first) timings_ = finished.timings;
    timings_.decode_ms = decode_ms;
  }

  const Prompts prompts_;
  std::mutex mutex_;
  chat::EventSink sink_;
  std::vector<std::vector<chat::Event>> held_;
  std::size_t current_ = 0;  ///< past the last one: nothing is told any more
  chat::Usage usage_;
  chat::Timings timings_;
};

class ChoicesCall final : public Call {
 public:
  explicit ChoicesCall(std::vector<std::unique_ptr<Call>> calls) : calls_(std::move(calls)) {}

 private:
  std::vector<std::unique_ptr<Call>> calls_;
};

}  // namespace

std::unique_ptr<Call> start_choices(std::vector<StartAnswer> starts, Prompts prompts,
                                    chat::EventSink sink) {
  if (starts.size() == 1) return starts.front()(std::move(sink));
  const auto choices = std::make_shared<Choices>(starts.size(), prompts, std::move(sink));
  std::vector<std::unique_ptr<Call>> calls;
  calls.reserve(starts.size());
  for (std::size_t i = 0; i < starts.size(); ++i) {
    calls.push_back(
        starts[i]([choices, i](chat::Event event) { choices->take(i, std::move(event)); }));
  }
  return std::make_unique<ChoicesCall>(std::move(calls));
}

}  // namespace hearth::provider
