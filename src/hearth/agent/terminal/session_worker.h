#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "hearth/agent/session/begin_session.h"

namespace hearth::agent {

/// What a terminal shows of a session besides its output.
struct SessionState {
  bool ready = false;
  bool busy = false;
  bool ended = false;
  std::size_t queued = 0;
  std::size_t tasks = 0;  ///< in the conversation
  std::string id;
  PermissionMode mode = PermissionMode::normal;
  std::string model;
  int window = 0;
  int used = 0;  ///< tokens of the window that are filled
};

/// A session and what it is given to do, one thing after the other, in a thread of its own.
class SessionWorker {
 public:
  /// What a session is given to do; false ends it.
  using Work = std::function<bool(Session& session, const std::stop_token& stop)>;

  /// `output`, `needs` and what `person` holds outlive it. `changed` is called from any thread when
  /// the state is another one.
  SessionWorker(AgentOptions options, const AgentNeeds& needs, Output& output, Person person,
                std::function<void()> changed);
  ~SessionWorker();
  SessionWorker(const SessionWorker&) = delete;
  SessionWorker& operator=(const SessionWorker&) = delete;

  void post(Work work);
  /// Stops what runs now, if anything does.
  void interrupt();
  /// Takes away what waits; returns how much that was.
  std::size_t drop_queue();
  /// Goes on with another session once what runs now has ended; a new one, if `id` is empty.
  void switch_to(std::string id);
  /// At once, also while something runs.
  void set_mode(PermissionMode mode);
  /// After what waits, nothing more.
  void end();

  [[nodiscard]] SessionState state() const;
  /// The program's: 0 if the last thing that was done is done.
  [[nodiscard]] int exit_code() const { return good_ ? 0 : 1; }
  void set_good(bool good) { good_ = good; }

 private:
  void run();
  /// Until the session ends; false: for good.
  bool work_with(Session& session);
  void note(const Session& session);

  AgentOptions options_;
  const AgentNeeds& needs_;
  Output& output_;
  Person person_;
  std::function<void()> changed_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Work> queue_;
  std::stop_source stop_;
  SessionState state_;
  Session* session_ = nullptr;
  std::optional<std::string> next_session_;
  bool ending_ = false;
  std::atomic<bool> good_ = true;
  std::jthread thread_;
};

}  // namespace hearth::agent
