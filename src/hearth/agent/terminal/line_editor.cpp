#include "hearth/agent/terminal/line_editor.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "hearth/agent/terminal/graphemes.h"

namespace hearth::agent {
namespace {

bool is_word_byte(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  return value >= 0x80 || std::isalnum(value) != 0 || byte == '_';
}

}  // namespace

void LineEditor::remember() {
  constexpr std::size_t most = 200;
  before_.push_back({text_, cursor_});
  if (before_.size() > most) before_.erase(before_.begin());
}

void LineEditor::set_text(std::string text) {
  remember();
  text_ = std::move(text);
  cursor_ = text_.size();
}

void LineEditor::set_cursor(std::size_t position) {
  cursor_ = std::min(position, text_.size());
}

void LineEditor::insert(std::string_view text) {
  if (text.empty()) return;
  remember();
  text_.insert(cursor_, text);
  cursor_ += text.size();
}

void LineEditor::erase(std::size_t from, std::size_t to) {
  if (from > to) std::swap(from, to);
  to = std::min(to, text_.size());
  if (from >= to) return;
  remember();
  killed_ = text_.substr(from, to - from);
  text_.erase(from, to - from);
  cursor_ = from;
}

void LineEditor::yank() {
  insert(std::string(killed_));
}

void LineEditor::undo() {
  if (before_.empty()) return;
  text_ = std::move(before_.back().text);
  cursor_ = before_.back().cursor;
  before_.pop_back();
}

std::size_t LineEditor::left() const {
  return previous_grapheme(text_, cursor_);
}

std::size_t LineEditor::right() const {
  return cursor_ + grapheme_at(text_, cursor_).bytes;
}

std::size_t LineEditor::word_left() const {
  std::size_t at = cursor_;
  while (at > 0 && !is_word_byte(text_[at - 1])) --at;
  while (at > 0 && is_word_byte(text_[at - 1])) --at;
  return at;
}

std::size_t LineEditor::word_right() const {
  std::size_t at = cursor_;
  while (at < text_.size() && !is_word_byte(text_[at])) ++at;
  while (at < text_.size() && is_word_byte(text_[at])) ++at;
  return at;
}

std::size_t LineEditor::line_begin() const {
  if (cursor_ == 0) return 0;
  const std::size_t end = text_.rfind('\n', cursor_ - 1);
  return end == std::string::npos ? 0 : end + 1;
}

std::size_t LineEditor::line_end() const {
  return std::min(text_.find('\n', cursor_), text_.size());
}

bool LineEditor::on_first_line() const {
  return line_begin() == 0;
}

bool LineEditor::on_last_line() const {
  return line_end() == text_.size();
}

std::size_t LineEditor::line_up() const {
  const std::size_t begin = line_begin();
  if (begin == 0) return cursor_;
  const int column = columns_of(std::string_view(text_).substr(begin, cursor_ - begin));
  const std::size_t above = begin - 1;
  const std::size_t before = above == 0 ? std::string::npos : text_.rfind('\n', above - 1);
  const std::size_t start = before == std::string::npos ? 0 : before + 1;
  return start + fitting(std::string_view(text_).substr(start, above - start), column).size();
}

std::size_t LineEditor::line_down() const {
  const std::size_t end = line_end();
  if (end == text_.size()) return cursor_;
  const std::size_t begin = line_begin();
  const int column = columns_of(std::string_view(text_).substr(begin, cursor_ - begin));
  const std::size_t below_end = std::min(text_.find('\n', end + 1), text_.size());
  return end + 1 +
         fitting(std::string_view(text_).substr(end + 1, below_end - end - 1), column).size();
}

}  // namespace hearth::agent
