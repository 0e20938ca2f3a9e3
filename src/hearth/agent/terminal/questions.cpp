#include "hearth/agent/terminal/questions.h"

#include <utility>

namespace hearth::agent {

Person Questions::person() {
  return {.ask =
              [this](const Question& question) {
                const std::lock_guard turn(asking_);
                std::unique_lock lock(mutex_);
                OpenQuestion open;
                open.permission = true;
                open.tool = question.tool;
                open.subject = question.subject;
                if (question.call.arguments != nullptr) open.arguments = *question.call.arguments;
                wait(lock, std::move(open));
                return std::exchange(consent_, Consent::no);
              },
          .answer =
              [this](std::string_view words) {
                const std::lock_guard turn(asking_);
                std::unique_lock lock(mutex_);
                OpenQuestion open;
                open.words = words;
                wait(lock, std::move(open));
                return std::exchange(words_, std::nullopt);
              }};
}

void Questions::wait(std::unique_lock<std::mutex>& lock, OpenQuestion question) {
  consent_ = Consent::no;
  words_.reset();
  if (closed_) return;
  question.number = ++count_;
  open_ = std::move(question);
  lock.unlock();
  changed_();
  lock.lock();
  answered_.wait(lock, [this] { return !open_ || closed_; });
  open_.reset();
}

std::optional<OpenQuestion> Questions::open() const {
  const std::lock_guard lock(mutex_);
  return open_;
}

void Questions::allow(Consent consent) {
  {
    const std::lock_guard lock(mutex_);
    consent_ = consent;
    open_.reset();
  }
  answered_.notify_all();
}

void Questions::answer(std::optional<std::string> words) {
  {
    const std::lock_guard lock(mutex_);
    words_ = std::move(words);
    open_.reset();
  }
  answered_.notify_all();
}

void Questions::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  answered_.notify_all();
}

}  // namespace hearth::agent
