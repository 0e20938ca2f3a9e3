#include "hearth/agent/terminal/styled_text.h"

#include <algorithm>

#include "hearth/agent/terminal/graphemes.h"

namespace hearth::agent {
namespace {

/// A piece of a line that is not broken: a word, or the blanks between two.
struct WrapPiece {
  Span span;
  int columns = 0;
  bool blank = false;
};

std::vector<WrapPiece> wrap_pieces(const StyledLine& line) {
  std::vector<WrapPiece> pieces;
  for (const Span& span : line) {
    std::size_t i = 0;
    while (i < span.text.size()) {
      const bool blank = span.text[i] == ' ' || span.text[i] == '\t';
      std::size_t end = i;
      std::string text;
      while (end < span.text.size() && (span.text[end] == ' ' || span.text[end] == '\t') == blank) {
        if (span.text[end] == '\t') {
          text += "    ";
        } else {
          text += span.text[end];
        }
        ++end;
      }
      const int columns = columns_of(text);
      pieces.push_back({.span = {std::move(text), span.style}, .columns = columns, .blank = blank});
      i = end;
    }
  }
  return pieces;
}

void append_span(StyledLine& line, Span span) {
  if (span.text.empty()) return;
  if (!line.empty() && line.back().style == span.style) {
    line.back().text += span.text;
  } else {
    line.push_back(std::move(span));
  }
}

class LineWrapper {
 public:
  LineWrapper(int columns, int indent) : columns_(std::max(columns, 4)) {
    indent_ = std::clamp(indent, 0, columns_ / 2);
  }

  std::vector<StyledLine> wrap(const StyledLine& line) {
    const std::vector<WrapPiece> pieces = wrap_pieces(line);
    std::size_t i = 0;
    while (i < pieces.size()) {
      if (pieces[i].blank) {
        add_blanks(pieces[i++]);
        continue;
      }
      // A word may have several styles.
      std::size_t end = i;
      int word = 0;
      for (; end < pieces.size() && !pieces[end].blank; ++end) word += pieces[end].columns;
      if (used_ + word > columns_ && used_ > start_) next_line();
      for (; i < end; ++i) add_word(pieces[i].span);
    }
    lines_.push_back(std::move(current_));
    return std::move(lines_);
  }

 private:
  void add_blanks(const WrapPiece& piece) {
    // Those at which a line was broken are not shown.
    if (used_ == start_ && !lines_.empty()) return;
    const int fit = std::min(piece.columns, columns_ - used_);
    append_span(current_,
                {std::string(static_cast<std::size_t>(std::max(fit, 0)), ' '), piece.span.style});
    used_ += std::max(fit, 0);
  }

  void add_word(const Span& span) {
    std::string_view rest = span.text;
    while (!rest.empty()) {
      std::string_view piece = fitting(rest, columns_ - used_);
      if (piece.empty() && used_ > start_) {
        next_line();
        continue;
      }
      if (piece.empty()) piece = rest.substr(0, grapheme_at(rest, 0).bytes);
      append_span(current_, {std::string(piece), span.style});
      used_ += columns_of(piece);
      rest.remove_prefix(piece.size());
    }
  }

  void next_line() {
    lines_.push_back(std::move(current_));
    current_ = {};
    if (indent_ > 0) current_.push_back({std::string(static_cast<std::size_t>(indent_), ' '), {}});
    used_ = start_ = indent_;
  }

  int columns_;
  int indent_ = 0;
  int used_ = 0;
  int start_ = 0;  ///< where this line's own text begins
  StyledLine current_;
  std::vector<StyledLine> lines_;
};

}  // namespace

StyledLine plain_line(std::string_view text, TextStyle style) {
  return {{std::string(text), style}};
}

int columns_of(const StyledLine& line) {
  int columns = 0;
  for (const Span& span : line) columns += columns_of(span.text);
  return columns;
}

std::string text_of(const StyledLine& line) {
  std::string text;
  for (const Span& span : line) text += span.text;
  return text;
}

std::vector<StyledLine> wrapped(const StyledLine& line, int columns, int indent) {
  return LineWrapper(columns, indent).wrap(line);
}

StyledLine cut(const StyledLine& whole, int columns) {
  StyledLine line = whole;
  for (Span& span : line) {
    std::ranges::replace_if(span.text, [](char c) { return c == '\t' || c == '\n'; }, ' ');
  }
  if (columns_of(line) <= columns) return line;
  StyledLine result;
  int left = std::max(columns, 1) - 1;
  TextStyle style;
  for (const Span& span : line) {
    const std::string_view piece = fitting(span.text, left);
    append_span(result, {std::string(piece), span.style});
    left -= columns_of(piece);
    style = span.style;
    if (piece.size() < span.text.size()) break;
  }
  append_span(result, {"…", style});
  return result;
}

StyledLine padded(StyledLine line, int columns) {
  const int missing = columns - columns_of(line);
  if (missing > 0) append_span(line, {std::string(static_cast<std::size_t>(missing), ' '), {}});
  return line;
}

}  // namespace hearth::agent
