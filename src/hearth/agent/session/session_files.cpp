// The files as they were before a session's tasks: kept, shown, brought back.
#include <fmt/format.h>

#include <utility>

#include "hearth/agent/session/session.h"

namespace hearth::agent {

std::vector<RewindPlace> Session::rewind_places() const {
  const auto subject = [this](const chat::ToolUseBlock& call) {
    return tools_.prepare(call, false).subject;
  };
  return agent::rewind_places(task_starts_, conversation_.messages(), subject);
}

void Session::rewind(std::size_t messages) {
  conversation_.rewind(messages);
  forget_after(task_starts_, messages);
  kept_at_ = 0;
  last_prompt_tokens_ = estimated_tokens(conversation_.messages());
}

Result<std::vector<std::string>> Session::rewind_files(std::size_t messages) {
  const std::string state = agent::state_before(task_starts_, messages);
  if (state.empty()) return std::vector<std::string>();
  return restore_files(state);
}

std::string Session::state_label() const {
  return fmt::format("{} task {}", log_.id(), task_starts_.size());
}

void Session::keep_files() {
  if (options_.measured) return;
  const std::lock_guard lock(keeping_files_);
  const std::size_t messages = conversation_.messages().size();
  const bool first = !std::exchange(kept_, true);
  if (!first && std::exchange(kept_at_, messages) == messages) return file_states_.changed();
  kept_at_ = messages;
  // What the person has changed between two tasks is theirs.
  auto state = first ? file_states_.take(state_label()) : file_states_.latest(state_label());
  file_states_.changed();
  if (!state && first) {
    output_.status(fmt::format("No /undo for this run: {}", state.error().message));
    state_before_.clear();
  }
  if (!state) return;
  json::object record{{"state", *state}, {"messages", messages}};
  if (!first) record["step"] = true;
  if (!task_starts_.empty()) {
    TaskStart& task = task_starts_.back();
    if (first) task.state = *state;
    add_step(task, record);
  }
  if (first) state_before_ = *state;
  log_.append("checkpoint", std::move(record));
}

void Session::keep_files_ahead() {
  if (options_.measured) return;
  const std::lock_guard lock(keeping_files_);
  if (kept_) file_states_.take_ahead(state_label());
}

Result<std::vector<std::string>> Session::undo() {
  if (state_before_.empty()) {
    return fail(ErrorKind::not_found, "nothing was changed in this session that could be undone");
  }
  return restore_files(state_before_);
}

Result<std::vector<std::string>> Session::restore_files(const std::string& state) {
  auto restored = file_states_.restore(state);
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
  return file_states_.diff(state_before_);
}

}  // namespace hearth::agent
