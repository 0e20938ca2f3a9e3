#include "hearth/agent/terminal/session_worker.h"

#include <utility>

namespace hearth::agent {

SessionWorker::SessionWorker(AgentOptions options, const AgentNeeds& needs, Output& output,
                             Person person, std::function<void()> changed)
    : options_(std::move(options)),
      needs_(needs),
      output_(output),
      person_(std::move(person)),
      changed_(std::move(changed)) {
  thread_ = std::jthread([this] { run(); });
}

SessionWorker::~SessionWorker() {
  end();
  interrupt();
}

void SessionWorker::post(Work work) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
    state_.queued = queue_.size();
  }
  wake_.notify_all();
}

void SessionWorker::interrupt() {
  const std::lock_guard lock(mutex_);
  stop_.request_stop();
}

std::size_t SessionWorker::drop_queue() {
  const std::lock_guard lock(mutex_);
  const std::size_t count = queue_.size();
  queue_.clear();
  state_.queued = 0;
  return count;
}

void SessionWorker::switch_to(std::string id) {
  {
    const std::lock_guard lock(mutex_);
    next_session_ = std::move(id);
  }
  wake_.notify_all();
}

void SessionWorker::set_mode(PermissionMode mode) {
  const std::lock_guard lock(mutex_);
  state_.mode = mode;
  if (session_ != nullptr) session_->set_mode(mode);
}

void SessionWorker::end() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
}

SessionState SessionWorker::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void SessionWorker::note(const Session& session) {
  const std::lock_guard lock(mutex_);
  state_.tasks = session.tasks().size();
  state_.id = session.id();
  state_.mode = session.mode();
  state_.model = session.model();
  state_.window = session.window();
  state_.used = session.last_prompt_tokens();
}

void SessionWorker::run() {
  bool further = true;
  std::string last;
  while (further) {
    auto session = begin_session(options_, needs_, output_, person_);
    if (!session && !last.empty()) {
      // Another hearth may have it open. The one before goes on.
      output_.status(session.error().message);
      options_.resume = std::exchange(last, {});
      continue;
    }
    if (!session) {
      output_.finished(outcome_of(session.error()));
      good_ = false;
      break;
    }
    {
      const std::lock_guard lock(mutex_);
      session_ = session->get();
      state_.ready = true;
    }
    note(**session);
    changed_();
    last = (*session)->id();
    further = work_with(**session);
    const std::lock_guard lock(mutex_);
    session_ = nullptr;
    // What was wanted of the first session is not wanted of those after it.
    options_.go_on = false;
    options_.fork = false;
    options_.resume = std::exchange(next_session_, std::nullopt).value_or("");
  }
  {
    const std::lock_guard lock(mutex_);
    state_.ended = true;
    state_.busy = false;
  }
  changed_();
}

bool SessionWorker::work_with(Session& session) {
  while (true) {
    Work work;
    std::stop_token stop;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return !queue_.empty() || ending_ || next_session_; });
      if (queue_.empty()) return !ending_;
      work = std::move(queue_.front());
      queue_.pop_front();
      stop_ = std::stop_source();
      // Ending ends what is begun afterwards, too.
      if (ending_) stop_.request_stop();
      stop = stop_.get_token();
      state_.busy = true;
      state_.queued = queue_.size();
    }
    changed_();
    const bool goes_on = work(session, stop);
    note(session);
    {
      const std::lock_guard lock(mutex_);
      state_.busy = false;
    }
    changed_();
    if (!goes_on) return false;
  }
}

}  // namespace hearth::agent
