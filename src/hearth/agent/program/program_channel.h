#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>

#include "hearth/base/error.h"
#include "hearth/base/json.h"

namespace hearth::agent {

/// The JSON lines between us and a program that drives a session: its messages come on standard
/// input, our questions (`control_request`) go to standard output and its answers
/// (`control_response`) come back by their number.
class ProgramChannel {
 public:
  struct Handlers {
    /// Every line but the answers to our questions; on the reading thread.
    std::function<void(const json::object& line)> line;
    /// Standard input has ended; after all lines.
    std::function<void()> end;
  };

  explicit ProgramChannel(Handlers handlers);
  /// Waits for the end of standard input.
  ~ProgramChannel();
  ProgramChannel(const ProgramChannel&) = delete;
  ProgramChannel& operator=(const ProgramChannel&) = delete;

  /// Asks and waits for the answer's "response". The program is told if it need not answer any
  /// more. May be called from several threads. Errors: cancelled; timeout; unavailable where
  /// standard input has ended; invalid_request with the program's own error.
  Result<json::object> ask(json::object request, const std::stop_token& stop,
                           std::optional<std::chrono::milliseconds> patience = {});

 private:
  void read();
  void take_answer(const json::object& response);

  Handlers handlers_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::set<std::string> waited_for_;  ///< the numbers of questions
  std::map<std::string, json::object> answers_;
  bool ended_ = false;
  std::thread reader_;
};

}  // namespace hearth::agent
