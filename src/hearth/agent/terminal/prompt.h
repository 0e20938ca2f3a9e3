#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hearth/agent/terminal/completion.h"
#include "hearth/agent/terminal/input_history.h"
#include "hearth/agent/terminal/key_decoder.h"
#include "hearth/agent/terminal/line_editor.h"
#include "hearth/agent/terminal/styled_text.h"
#include "hearth/agent/terminal/vi_keys.h"

namespace hearth::agent {

/// Lines with a place for the cursor.
struct EditedLines {
  std::vector<StyledLine> lines;
  int cursor_row = 0;
  int cursor_column = 0;
};

/// Where a person writes: several lines, history and its search, suggestions, long pastes as a
/// placeholder.
class Prompt {
 public:
  Prompt(InputHistory& history, CompletionSources sources, bool vi)
      : history_(history), sources_(std::move(sources)), vi_(vi) {}

  enum class Effect { unknown, handled, submitted };
  /// After `submitted`, `take()` has the text.
  Effect apply(const Key& key);

  /// What was written, pastes in their places; the prompt is empty then.
  std::string take();
  /// Another text to write on.
  /// Where the cursor is.
  void insert(const std::string& text);
  void set_text(std::string text);
  [[nodiscard]] bool empty() const { return editor_.empty(); }
  [[nodiscard]] std::string text() const { return expanded(editor_.text()); }
  [[nodiscard]] bool suggests() const { return completion_.has_value(); }
  [[nodiscard]] bool searches() const { return search_.has_value(); }
  [[nodiscard]] const std::optional<Completion>& completion() const { return completion_; }
  [[nodiscard]] std::size_t chosen() const { return chosen_; }
  void set_vi(bool on);
  [[nodiscard]] bool is_vi() const { return vi_; }
  /// What the mode of the keys is to be called; empty if that goes without saying.
  [[nodiscard]] std::string_view key_mode() const;
  /// Looks for suggestions again, when there may be others.
  void refresh_suggestions();

  /// At most `rows` lines of `columns`, those around the cursor. `mark` stands before the first.
  [[nodiscard]] EditedLines lines(int columns, int rows, std::string_view mark) const;
  /// The suggestions around the chosen one.
  [[nodiscard]] std::vector<StyledLine> suggestion_lines(int columns, std::size_t rows) const;

 private:
  struct Paste {
    std::string placeholder;
    std::string text;
  };
  struct Search {
    std::string words;
    std::size_t nth = 0;
    std::string before;
  };

  Effect apply_to_suggestions(const Key& key);
  Effect apply_to_search(const Key& key);
  Effect apply_to_text(const Key& key);
  Effect step_in_history(KeyCode code);
  void accept_suggestion(bool descend);
  void paste(const std::string& text);
  void show_found();
  [[nodiscard]] std::string expanded(const std::string& text) const;

  InputHistory& history_;
  CompletionSources sources_;
  bool vi_;
  LineEditor editor_;
  ViKeys vi_keys_;
  std::optional<Completion> completion_;
  std::size_t chosen_ = 0;
  std::optional<Search> search_;
  std::vector<Paste> pastes_;
  int paste_count_ = 0;
};

}  // namespace hearth::agent
