#include "hearth/agent/terminal/choices.h"

#include <fmt/format.h>

#include <utility>

#include "hearth/agent/session/session.h"

namespace hearth::agent {

void Choices::apply(const Key& key) {
  const Picker::Effect effect = picker_->picker.apply(key);
  if (effect != Picker::Effect::chosen && effect != Picker::Effect::cancelled) return;
  // Another picker may follow.
  const OpenPicker done = std::exchange(picker_, std::nullopt).value();
  if (effect == Picker::Effect::chosen) {
    done.chosen(done.picker.chosen());
  } else if (done.cancelled) {
    done.cancelled();
  }
}

std::vector<StyledLine> Choices::lines(int columns, int rows) const {
  return picker_->picker.lines(columns, rows);
}

void Choices::choose_session(int columns) {
  auto sessions = session_picker(sessions_dir(), folder_, columns);
  if (sessions.ids.empty()) {
    places_.transcript.status("No session has worked in this folder yet.");
    return;
  }
  picker_ =
      OpenPicker{.picker = std::move(sessions.picker),
                 .chosen = [this, ids = std::move(sessions.ids)](std::size_t i) {
                   places_.worker.switch_to(ids[i]);
                   places_.transcript.status(fmt::format("Going on with session {}.", ids[i]));
                 }};
}

void Choices::choose_task() {
  places_.worker.post([this](Session& session, const std::stop_token&) {
    {
      const std::lock_guard lock(tasks_mutex_);
      tasks_ = session.tasks();
    }
    wake_();
    return true;
  });
}

void Choices::follow() {
  std::optional<std::vector<TaskStart>> tasks;
  {
    const std::lock_guard lock(tasks_mutex_);
    tasks.swap(tasks_);
  }
  if (tasks) show_tasks(*tasks);
}

void Choices::show_tasks(const std::vector<TaskStart>& tasks) {
  if (tasks.empty()) {
    places_.transcript.status("There is nothing to go back to yet.");
    return;
  }
  picker_ = OpenPicker{.picker = task_picker(tasks), .chosen = [this, tasks](std::size_t i) {
                         const std::size_t count = i + 1;
                         const std::string text = tasks[tasks.size() - count].text;
                         picker_ = OpenPicker{.picker = rewind_picker(text),
                                              .chosen = [this, count, text](std::size_t how) {
                                                rewind(count, how, text);
                                              }};
                       }};
}

void Choices::rewind(std::size_t count, std::size_t how, const std::string& text) {
  if (how != rewind_files_only) places_.prompt.set_text(text);
  places_.worker.post([count, how](Session& session, const std::stop_token&) {
    if (how != rewind_conversation_only) {
      const auto changed = session.rewind_files(count);
      session.output().status(changed ? fmt::format("{} files changed back.", changed->size())
                                      : fmt::format("The files stay: {}", changed.error().message));
    }
    if (how != rewind_files_only) {
      session.rewind(count);
      session.output().status("The conversation is as it was before that task.");
    }
    return true;
  });
}

void Choices::ask_permission(const OpenQuestion& question, int columns) {
  picker_ = OpenPicker{
      .picker = permission_picker(question, columns),
      .chosen =
          [this](std::size_t i) {
            places_.questions.allow(i == 0 ? Consent::yes : i == 1 ? Consent::always : Consent::no);
          },
      .cancelled =
          [this] {
            places_.questions.allow(Consent::no);
            places_.worker.interrupt();
          },
      .asks = true};
}

void Choices::close_question() {
  if (picker_ && picker_->asks) picker_.reset();
}

}  // namespace hearth::agent
