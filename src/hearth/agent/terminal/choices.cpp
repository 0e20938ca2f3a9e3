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

void Choices::choose_place() {
  places_.worker.post([this](Session& session, const std::stop_token&) {
    {
      const std::lock_guard lock(places_mutex_);
      rewind_places_ = session.rewind_places();
    }
    wake_();
    return true;
  });
}

void Choices::follow() {
  std::optional<std::vector<RewindPlace>> tasks;
  {
    const std::lock_guard lock(places_mutex_);
    tasks.swap(rewind_places_);
  }
  if (tasks) show_tasks(*tasks);
}

void Choices::show_tasks(const std::vector<RewindPlace>& tasks) {
  if (tasks.empty()) {
    places_.transcript.status("There is nothing to go back to yet.");
    return;
  }
  const auto ask_how = [this, tasks](std::size_t i) {
    const RewindPlace& task = tasks[tasks.size() - 1 - i];
    picker_ = OpenPicker{.picker = rewind_picker("Before", task), .chosen = [this, task](auto how) {
                           if (how == rewind_to_step) return show_steps(task.steps);
                           if (how != rewind_files_only) places_.prompt.set_text(task.text);
                           rewind(task.messages, how);
                         }};
  };
  picker_ =
      OpenPicker{.picker = place_picker("Go back to before which task?", tasks), .chosen = ask_how};
}

void Choices::show_steps(const std::vector<RewindPlace>& steps) {
  const auto ask_how = [this, steps](std::size_t i) {
    const RewindPlace& step = steps[steps.size() - 1 - i];
    picker_ = OpenPicker{.picker = rewind_picker("Behind", step),
                         .chosen = [this, step](auto how) { rewind(step.messages, how); }};
  };
  picker_ =
      OpenPicker{.picker = place_picker("Go back to behind which step?", steps), .chosen = ask_how};
}

void Choices::rewind(std::size_t messages, std::size_t how) {
  places_.worker.post([messages, how](Session& session, const std::stop_token&) {
    if (how != rewind_conversation_only) {
      const auto changed = session.rewind_files(messages);
      const std::size_t n = changed ? changed->size() : 0;
      session.output().status(changed ? fmt::format("{} file{} changed back.", n, n == 1 ? "" : "s")
                                      : fmt::format("The files stay: {}", changed.error().message));
    }
    if (how != rewind_files_only) {
      session.rewind(messages);
      session.output().status("The conversation is as it was there.");
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
            // First, or the agent goes on to the next request in between.
            places_.worker.interrupt();
            places_.questions.allow(Consent::no);
          },
      .asks = true};
}

void Choices::close_question() {
  if (picker_ && picker_->asks) picker_.reset();
}

}  // namespace hearth::agent
