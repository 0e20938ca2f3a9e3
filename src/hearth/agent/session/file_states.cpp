#include "hearth/agent/session/file_states.h"

#include <utility>

#include "hearth/base/clock.h"

namespace hearth::agent {

FileStates::Taken FileStates::timed(const std::string& label) {
  const auto began = Clock::now();
  auto state = checkpoints_.take(label);
  return {std::move(state), ms_since(began)};
}

void FileStates::note(const Taken& taken) {
  constexpr double most_ms_of_a_step = 1000;
  if (taken.ms > most_ms_of_a_step) slow_ = true;
  taken_ = taken.state ? *taken.state : std::string();
}

void FileStates::join() {
  if (ahead_.valid()) note(ahead_.get());
}

Result<std::string> FileStates::take(const std::string& label) {
  join();
  Taken taken = timed(label);
  note(taken);
  return std::move(taken.state);
}

void FileStates::take_ahead(const std::string& label) {
  if (slow_ || !taken_.empty() || ahead_.valid()) return;
  ahead_ = std::async(std::launch::async, [this, label] { return timed(label); });
}

Result<std::string> FileStates::latest(const std::string& label) {
  join();
  if (!taken_.empty()) return taken_;
  if (slow_) return fail(ErrorKind::unavailable, "the folder is too large");
  return take(label);
}

Result<Checkpoints::Restored> FileStates::restore(const std::string& state) {
  join();
  taken_.clear();
  return checkpoints_.restore(state);
}

Result<std::string> FileStates::diff(const std::string& state) {
  join();
  return checkpoints_.diff(state);
}

}  // namespace hearth::agent
