#pragma once

#include <memory>
#include <stop_token>
#include <string>

namespace hearth::agent {

/// While one lives, Ctrl-C (SIGINT), SIGTERM and, on a terminal, the Esc key request a stop instead
/// of ending the program. Where one lives within another, both do.
class InterruptWatch {
 public:
  enum class Keys { ignored, watched };
  InterruptWatch(std::stop_source& stop, Keys keys);
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

  /// Whether a stop was asked for; requests it at once if so.
  bool interrupted();

  /// Gives the keyboard back for a question, and takes it again.
  void pause();
  void resume();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// What was typed while the keyboard was watched, for the next line that is read; nothing is left
/// of it. An answer to a question is never taken from here: it was typed before the question was
/// seen.
std::string take_typed_ahead();

}  // namespace hearth::agent
