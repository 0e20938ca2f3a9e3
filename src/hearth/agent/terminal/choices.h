#pragma once

#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "hearth/agent/terminal/pickers.h"
#include "hearth/agent/terminal/prompt.h"
#include "hearth/agent/terminal/questions.h"
#include "hearth/agent/terminal/session_worker.h"
#include "hearth/agent/terminal/transcript.h"

namespace hearth::agent {

/// What a person chooses in the terminal: a session, a message to go back to, whether something may
/// be done. One thing at a time.
class Choices {
 public:
  /// All of it outlives it.
  struct Places {
    Prompt& prompt;
    Transcript& transcript;
    SessionWorker& worker;
    Questions& questions;
  };
  /// `wake` is called from any thread when `follow` has something to do.
  Choices(Places places, std::filesystem::path folder, std::function<void()> wake)
      : places_(places), folder_(std::move(folder)), wake_(std::move(wake)) {}

  [[nodiscard]] bool open() const { return picker_.has_value(); }
  /// Whether what is open is a question of the session's.
  [[nodiscard]] bool asks() const { return picker_ && picker_->asks; }
  void apply(const Key& key);
  /// REQUIRES: open().
  [[nodiscard]] std::vector<StyledLine> lines(int columns, int rows) const;

  void choose_session(int columns);
  /// What can be gone back to is asked of the session, whose thread answers.
  void choose_place();
  void ask_permission(const OpenQuestion& question, int columns);
  /// The question has its answer, or nobody wants it any more.
  void close_question();
  /// Shows what the session's thread has answered.
  void follow();

 private:
  struct OpenPicker {
    Picker picker;
    std::function<void(std::size_t)> chosen;
    std::function<void()> cancelled = {};
    bool asks = false;  ///< for a question of the session's
  };
  void show_tasks(const std::vector<RewindPlace>& tasks);
  void show_steps(const std::vector<RewindPlace>& steps);
  void rewind(std::size_t messages, std::size_t how);

  Places places_;
  std::filesystem::path folder_;
  std::function<void()> wake_;
  std::optional<OpenPicker> picker_;
  std::mutex places_mutex_;
  std::optional<std::vector<RewindPlace>> rewind_places_;
};

}  // namespace hearth::agent
