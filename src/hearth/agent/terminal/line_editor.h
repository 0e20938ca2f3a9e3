#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::agent {

/// A text of several lines that is being written, and the place in it. Positions are bytes, always
/// between two graphemes.
class LineEditor {
 public:
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::size_t cursor() const { return cursor_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }

  /// Another text, the cursor at its end.
  void set_text(std::string text);
  void set_cursor(std::size_t position);
  void insert(std::string_view text);
  /// Takes out what is between the two positions, in any order; it can be put back by `yank`.
  void erase(std::size_t from, std::size_t to);
  /// What was taken out last, for `yank`, without taking it out.
  void keep(std::string_view text) { killed_ = text; }
  [[nodiscard]] const std::string& killed() const { return killed_; }
  void yank();
  void undo();

  /// Where a movement from the cursor ends.
  [[nodiscard]] std::size_t left() const;
  [[nodiscard]] std::size_t right() const;
  [[nodiscard]] std::size_t word_left() const;
  [[nodiscard]] std::size_t word_right() const;
  [[nodiscard]] std::size_t line_begin() const;
  [[nodiscard]] std::size_t line_end() const;
  /// The same column one line up or down; the cursor itself on the first or last line.
  [[nodiscard]] std::size_t line_up() const;
  [[nodiscard]] std::size_t line_down() const;
  [[nodiscard]] bool on_first_line() const;
  [[nodiscard]] bool on_last_line() const;

 private:
  void remember();

  struct State {
    std::string text;
    std::size_t cursor;
  };
  std::string text_;
  std::size_t cursor_ = 0;
  std::string killed_;
  std::vector<State> before_;
};

}  // namespace hearth::agent
