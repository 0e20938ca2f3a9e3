// The files as they were before a session's tasks: kept, shown, brought back.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "hearth/agent/session/session.h"

namespace hearth::agent {

void Session::rewind(std::size_t count) {
  count = std::min(count, task_starts_.size());
  if (count == 0) return;
  const std::size_t start = task_starts_[task_starts_.size() - count].messages;
  task_starts_.resize(task_starts_.size() - count);
  conversation_.rewind(start);
}

Result<std::vector<std::string>> Session::rewind_files(std::size_t count) {
  // Until the first change the files stayed as they were.
  const std::size_t first = task_starts_.size() - std::min(count, task_starts_.size());
  for (std::size_t i = first; i < task_starts_.size(); ++i) {
    if (!task_starts_[i].state.empty()) return restore_files(task_starts_[i].state);
  }
  return std::vector<std::string>();
}

void Session::keep_checkpoint() {
  if (options_.measured) return;
  const std::lock_guard lock(checkpoint_);
  if (std::exchange(kept_, true)) return;
  auto state = checkpoints_.take(fmt::format("{} task {}", log_.id(), task_starts_.size()));
  if (!state) {
    output_.status(fmt::format("No /undo for this run: {}", state.error().message));
    state_before_.clear();
    return;
  }
  state_before_ = std::move(*state);
  if (!task_starts_.empty()) task_starts_.back().state = state_before_;
  log_.append("checkpoint", {{"state", state_before_}});
}

Result<std::vector<std::string>> Session::undo() {
  if (state_before_.empty()) {
    return fail(ErrorKind::not_found, "nothing was changed in this session that could be undone");
  }
  return restore_files(state_before_);
}

Result<std::vector<std::string>> Session::restore_files(const std::string& state) {
  auto restored = checkpoints_.restore(state);
  if (!restored) return std::unexpected(restored.error());
  // A second undo brings back what the first one took.
  state_before_ = restored->before;
  log_.append("checkpoint", {{"state", state_before_}});
  std::string names;
  for (const std::string& name : restored->changed) names += (names.empty() ? "" : ", ") + name;
  conversation_.add_note(fmt::format(
      "The user undid the last changes. These files are as they were before: {}. Read them again "
      "before you edit them.",
      names));
  return std::move(restored->changed);
}

Result<std::string> Session::diff() {
  if (state_before_.empty()) {
    return fail(ErrorKind::not_found, "nothing was changed in this session");
  }
  return checkpoints_.diff(state_before_);
}

}  // namespace hearth::agent
