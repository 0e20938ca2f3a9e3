#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "hearth/agent/person.h"

namespace hearth::agent {

/// A question that waits for the person.
struct OpenQuestion {
  int number = 0;  ///< another one for each question
  /// With permission: what for. Else `words` are to be answered in words.
  bool permission = false;
  std::string tool;
  std::string subject;
  json::object arguments;
  std::string words;
};

/// Carries questions from a session's threads to the terminal's, one at a time, and the answers
/// back.
class Questions {
 public:
  /// `changed` is called when there is a question, from the thread that asks.
  explicit Questions(std::function<void()> changed) : changed_(std::move(changed)) {}

  /// For the session; they wait for the answer.
  Person person();

  [[nodiscard]] std::optional<OpenQuestion> open() const;
  void allow(Consent consent);
  void answer(std::optional<std::string> words);
  /// Nobody is there any more: this and all further questions get no answer.
  void close();

 private:
  /// Returns when the question is answered.
  void wait(std::unique_lock<std::mutex>& lock, OpenQuestion question);

  std::function<void()> changed_;
  std::mutex asking_;  ///< held from a question to its answer
  mutable std::mutex mutex_;
  std::condition_variable answered_;
  std::optional<OpenQuestion> open_;
  int count_ = 0;
  bool closed_ = false;
  Consent consent_ = Consent::no;
  std::optional<std::string> words_;
};

}  // namespace hearth::agent
