#include "hearth/agent/terminal/vi_keys.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string_view>

#include "hearth/agent/terminal/edit_keys.h"

namespace hearth::agent {
namespace {

/// The last character of the word that ends next.
std::size_t word_end(const LineEditor& editor) {
  LineEditor ahead = editor;
  ahead.set_cursor(ahead.right());
  ahead.set_cursor(ahead.word_right());
  return ahead.left();
}

/// The beginning of the next word.
std::size_t next_word(const LineEditor& editor) {
  LineEditor ahead = editor;
  ahead.set_cursor(ahead.word_right());
  const std::size_t end = ahead.cursor();
  ahead.set_cursor(ahead.word_right());
  if (ahead.cursor() == end) return end;
  return std::max(ahead.word_left(), end);
}

std::size_t first_not_blank(const LineEditor& editor) {
  std::size_t at = editor.line_begin();
  while (at < editor.line_end() && editor.text()[at] == ' ') ++at;
  return at;
}

}  // namespace

void ViKeys::begin() {
  mode_ = Mode::insert;
  clear();
}

void ViKeys::clear() {
  digits_.clear();
  operator_ = 0;
  waiting_ = 0;
}

int ViKeys::count() const {
  int number = 1;
  std::from_chars(digits_.data(), digits_.data() + digits_.size(), number);
  return std::clamp(number, 1, 10'000);
}

bool ViKeys::apply(LineEditor& editor, const Key& key) {
  if (mode_ == Mode::insert) {
    if (key.code != KeyCode::escape) return apply_emacs_key(editor, key);
    mode_ = Mode::normal;
    clear();
    if (editor.cursor() > editor.line_begin()) editor.set_cursor(editor.left());
    return true;
  }
  if (key.code == KeyCode::escape) {
    if (digits_.empty() && operator_ == 0 && waiting_ == 0) return false;
    clear();
    return true;
  }
  if (key.code != KeyCode::text || key.control || key.alt) return apply_emacs_key(editor, key);
  if (waiting_ == 'r') {
    for (int i = 0; i < count() && editor.cursor() < editor.line_end(); ++i) {
      editor.erase(editor.cursor(), editor.right());
      editor.insert(key.text);
    }
    editor.set_cursor(editor.left());
    clear();
    return true;
  }
  if (waiting_ != 0) {
    const auto at = found(editor, waiting_, key.text);
    const bool forwards = waiting_ == 'f' || waiting_ == 't';
    if (at && operator_ != 0) {
      LineEditor there = editor;
      there.set_cursor(*at);
      operate(editor, editor.cursor(), forwards ? there.right() : *at);
    } else if (at) {
      editor.set_cursor(*at);
    }
    clear();
    return true;
  }
  return apply_normal(editor, key.text[0]);
}

bool ViKeys::apply_normal(LineEditor& editor, char letter) {
  if (std::isdigit(static_cast<unsigned char>(letter)) != 0 &&
      (letter != '0' || !digits_.empty())) {
    digits_ += letter;
    return true;
  }
  if (std::string_view("fFtT").find(letter) != std::string_view::npos || letter == 'r') {
    waiting_ = letter;
    return true;
  }
  // Only a movement makes sense behind an operator.
  const bool operates = operator_ != 0;
  const bool known = apply_to_range(editor, letter) || operates || apply_change(editor, letter) ||
                     enter_insert(editor, letter);
  const bool waits = operator_ != 0 && (letter == 'd' || letter == 'c' || letter == 'y') && known;
  if (!waits) clear();
  // In normal mode the cursor is on a character.
  if (mode_ == Mode::normal && editor.cursor() == editor.line_end() &&
      editor.cursor() > editor.line_begin()) {
    editor.set_cursor(editor.left());
  }
  return known || (letter != 'j' && letter != 'k');
}

/// Movements, alone or behind an operator.
bool ViKeys::apply_to_range(LineEditor& editor, char letter) {
  if (letter == 'd' || letter == 'c' || letter == 'y') {
    if (operator_ == 0) {
      operator_ = letter;
      return true;
    }
    if (operator_ == letter) operate_on_lines(editor);
    operator_ = 0;
    return true;
  }
  LineEditor there = editor;
  for (int i = 0; i < count(); ++i) {
    const auto end = movement(there, letter);
    if (!end) return false;
    there.set_cursor(*end);
  }
  if (operator_ == 0) {
    const bool moved = there.cursor() != editor.cursor();
    editor.set_cursor(there.cursor());
    return moved || (letter != 'j' && letter != 'k');
  }
  // `cw` on a word changes to its end, as in vi.
  std::size_t end = letter == 'e' ? there.right() : there.cursor();
  if (operator_ == 'c' && letter == 'w') {
    while (end > editor.cursor() && editor.text()[end - 1] == ' ') --end;
  }
  operate(editor, editor.cursor(), end);
  return true;
}

std::optional<std::size_t> ViKeys::movement(const LineEditor& editor, char letter) const {
  switch (letter) {
    case 'h': return std::max(editor.left(), editor.line_begin());
    case ' ':
    case 'l': return std::min(editor.right(), editor.line_end());
    case 'j': return editor.line_down();
    case 'k': return editor.line_up();
    case 'w': return next_word(editor);
    case 'b': return editor.word_left();
    case 'e': return word_end(editor);
    case '0': return editor.line_begin();
    case '^': return first_not_blank(editor);
    case '$': return editor.line_end();
    case 'G': return editor.text().size();
    default: return std::nullopt;
  }
}

std::optional<std::size_t> ViKeys::found(const LineEditor& editor, char how,
                                         std::string_view what) const {
  const std::string& text = editor.text();
  std::size_t at = editor.cursor();
  for (int i = 0; i < count(); ++i) {
    if (how == 'f' || how == 't') {
      at = text.find(what, at + 1);
      if (at == std::string::npos || at >= editor.line_end()) return std::nullopt;
    } else {
      if (at == 0) return std::nullopt;
      at = text.rfind(what, at - 1);
      if (at == std::string::npos || at < editor.line_begin()) return std::nullopt;
    }
  }
  LineEditor there = editor;
  there.set_cursor(at);
  if (how == 't') return there.left();
  if (how == 'T') return there.right();
  return at;
}

void ViKeys::operate(LineEditor& editor, std::size_t from, std::size_t to) {
  if (from > to) std::swap(from, to);
  whole_lines_ = false;
  if (operator_ == 'y') {
    editor.keep(std::string_view(editor.text()).substr(from, to - from));
    editor.set_cursor(from);
    return;
  }
  editor.erase(from, to);
  if (operator_ == 'c') mode_ = Mode::insert;
}

void ViKeys::operate_on_lines(LineEditor& editor) {
  std::size_t from = editor.line_begin();
  LineEditor last = editor;
  for (int i = 1; i < count(); ++i) last.set_cursor(last.line_down());
  std::size_t to = last.line_end();
  const std::string lines = editor.text().substr(from, to - from);
  if (operator_ == 'd') {
    // With the line end behind them, or the one before the last line.
    if (to < editor.text().size()) {
      ++to;
    } else if (from > 0) {
      --from;
    }
  }
  operate(editor, from, to);
  if (operator_ == 'd') editor.set_cursor(editor.line_begin());
  editor.keep(lines);
  whole_lines_ = true;
}

bool ViKeys::apply_change(LineEditor& editor, char letter) {
  const auto repeat = [&](auto action) {
    for (int i = 0; i < count(); ++i) action();
    return true;
  };
  switch (letter) {
    case 'x':
      return repeat(
          [&] { editor.erase(editor.cursor(), std::min(editor.right(), editor.line_end())); });
    case 'X':
      return repeat(
          [&] { editor.erase(std::max(editor.left(), editor.line_begin()), editor.cursor()); });
    case 'D': editor.erase(editor.cursor(), editor.line_end()); return true;
    case 'Y':
      operator_ = 'y';
      operate_on_lines(editor);
      operator_ = 0;
      return true;
    case '~':
      return repeat([&] {
        if (editor.cursor() >= editor.line_end()) return;
        const auto byte = static_cast<unsigned char>(editor.text()[editor.cursor()]);
        if (std::isalpha(byte) == 0) {
          editor.set_cursor(editor.right());
          return;
        }
        const int other = std::isupper(byte) != 0 ? std::tolower(byte) : std::toupper(byte);
        editor.erase(editor.cursor(), editor.right());
        editor.insert(std::string(1, static_cast<char>(other)));
      });
    case 'J': {
      const std::size_t end = editor.line_end();
      if (end == editor.text().size()) return true;
      editor.erase(end, end + 1);
      editor.insert(" ");
      editor.set_cursor(end);
      return true;
    }
    case 'p':
    case 'P':
      if (whole_lines_) {
        const std::string line = editor.killed();
        editor.set_cursor(letter == 'p' ? editor.line_end() : editor.line_begin());
        editor.insert(letter == 'p' ? "\n" + line : line + "\n");
        return true;
      }
      if (letter == 'p') editor.set_cursor(std::min(editor.right(), editor.line_end()));
      return repeat([&] { editor.yank(); });
    case 'u': return repeat([&] { editor.undo(); });
    default: return false;
  }
}

bool ViKeys::enter_insert(LineEditor& editor, char letter) {
  switch (letter) {
    case 'i': break;
    case 'a': editor.set_cursor(std::min(editor.right(), editor.line_end())); break;
    case 'I': editor.set_cursor(first_not_blank(editor)); break;
    case 'A': editor.set_cursor(editor.line_end()); break;
    case 'o':
      editor.set_cursor(editor.line_end());
      editor.insert("\n");
      break;
    case 'O':
      editor.set_cursor(editor.line_begin());
      editor.insert("\n");
      editor.set_cursor(editor.left());
      break;
    case 's': editor.erase(editor.cursor(), std::min(editor.right(), editor.line_end())); break;
    case 'S': editor.erase(editor.line_begin(), editor.line_end()); break;
    case 'C': editor.erase(editor.cursor(), editor.line_end()); break;
    default: return false;
  }
  mode_ = Mode::insert;
  return true;
}

}  // namespace hearth::agent
