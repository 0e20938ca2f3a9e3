#include "hearth/agent/terminal/prompt.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "hearth/agent/mentions.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/terminal/edit_keys.h"
#include "hearth/agent/terminal/graphemes.h"

namespace hearth::agent {

Prompt::Effect Prompt::apply(const Key& key) {
  if (search_) return apply_to_search(key);
  if (completion_) {
    if (const Effect effect = apply_to_suggestions(key); effect != Effect::unknown) return effect;
  }
  const Effect effect = apply_to_text(key);
  if (effect == Effect::handled) refresh_suggestions();
  return effect;
}

void Prompt::refresh_suggestions() {
  if (search_) return;
  const bool normal = vi_ && vi_keys_.mode() == ViKeys::Mode::normal;
  completion_ = normal ? std::nullopt : complete_at(editor_.text(), editor_.cursor(), sources_);
  if (completion_) {
    chosen_ = std::min(chosen_, completion_->suggestions.size() - 1);
  } else {
    chosen_ = 0;
  }
}

Prompt::Effect Prompt::apply_to_suggestions(const Key& key) {
  const std::size_t count = completion_->suggestions.size();
  if (key.code == KeyCode::up || is_control(key, 'p')) {
    chosen_ = (chosen_ + count - 1) % count;
    return Effect::handled;
  }
  if (key.code == KeyCode::down || is_control(key, 'n')) {
    chosen_ = (chosen_ + 1) % count;
    return Effect::handled;
  }
  if (key.code == KeyCode::escape) {
    completion_.reset();
    return Effect::handled;
  }
  const bool command = editor_.text().starts_with('/');
  if (key.code == KeyCode::tab && !key.shift) {
    accept_suggestion(true);
    return Effect::handled;
  }
  if (key.code != KeyCode::enter || key.shift || key.alt) return Effect::unknown;
  const bool whole = editor_.text() == completion_->suggestions[chosen_].text;
  accept_suggestion(false);
  // A command that needs nothing more is what was meant.
  if (!command && !whole) return Effect::handled;
  completion_.reset();
  return Effect::submitted;
}

void Prompt::accept_suggestion(bool descend) {
  const std::string text = completion_->suggestions[chosen_].text;
  editor_.erase(completion_->begin, editor_.cursor());
  editor_.insert(text);
  if (descend || text.starts_with('@')) editor_.insert(" ");
  completion_.reset();
  chosen_ = 0;
}

Prompt::Effect Prompt::apply_to_text(const Key& key) {
  if (key.code == KeyCode::paste) {
    paste(key.text);
    return Effect::handled;
  }
  if (key.code == KeyCode::enter) {
    if (key.shift || key.alt || key.control) {
      editor_.insert("\n");
      return Effect::handled;
    }
    // A backslash before it writes the line end, where a terminal has no other way.
    if (editor_.cursor() > 0 && editor_.text()[editor_.cursor() - 1] == '\\') {
      editor_.erase(editor_.left(), editor_.cursor());
      editor_.insert("\n");
      return Effect::handled;
    }
    return Effect::submitted;
  }
  if (is_control(key, 'r')) {
    search_ = Search{.words = {}, .before = editor_.text()};
    completion_.reset();
    return Effect::handled;
  }
  if (is_control(key, 'p')) return apply_to_text({.code = KeyCode::up});
  if (is_control(key, 'n')) return apply_to_text({.code = KeyCode::down});
  if (key.code == KeyCode::up || key.code == KeyCode::down) return step_in_history(key.code);
  const bool known = vi_ ? vi_keys_.apply(editor_, key) : apply_emacs_key(editor_, key);
  if (known) return Effect::handled;
  const bool normal = vi_ && vi_keys_.mode() == ViKeys::Mode::normal && key.code == KeyCode::text;
  if (normal && key.text == "k") return step_in_history(KeyCode::up);
  if (normal && key.text == "j") return step_in_history(KeyCode::down);
  return Effect::unknown;
}

/// Between the text's lines first, then between texts.
Prompt::Effect Prompt::step_in_history(KeyCode code) {
  const bool up = code == KeyCode::up;
  if (up ? !editor_.on_first_line() : !editor_.on_last_line()) {
    editor_.set_cursor(up ? editor_.line_up() : editor_.line_down());
    return Effect::handled;
  }
  if (auto text = up ? history_.older(editor_.text()) : history_.newer()) {
    editor_.set_text(std::move(*text));
  }
  return Effect::handled;
}

Prompt::Effect Prompt::apply_to_search(const Key& key) {
  if (key.code == KeyCode::escape || is_control(key, 'g') || is_control(key, 'c')) {
    editor_.set_text(std::move(search_->before));
    search_.reset();
  } else if (is_control(key, 'r')) {
    ++search_->nth;
    show_found();
  } else if (key.code == KeyCode::backspace) {
    search_->words.erase(previous_grapheme(search_->words, search_->words.size()));
    search_->nth = 0;
    show_found();
  } else if (key.code == KeyCode::text && !key.control && !key.alt) {
    search_->words += key.text;
    search_->nth = 0;
    show_found();
  } else {
    search_.reset();
    if (key.code != KeyCode::enter && key.code != KeyCode::tab) return apply_to_text(key);
  }
  return Effect::handled;
}

void Prompt::show_found() {
  auto found = history_.find(search_->words, search_->nth);
  if (found) {
    editor_.set_text(std::move(*found));
  } else if (search_->nth > 0) {
    --search_->nth;
  }
}

void Prompt::paste(const std::string& text) {
  constexpr std::size_t most_bytes = 1000;
  constexpr std::size_t most_lines = 5;
  const std::string plain = without_escapes(text);
  if (const std::string mention = mention_of_pasted_path(plain); !mention.empty()) {
    editor_.insert(mention);
    return;
  }
  const std::size_t count = lines_of(plain).size();
  if (plain.size() <= most_bytes && count <= most_lines) {
    editor_.insert(plain);
    return;
  }
  Paste paste{fmt::format("[Pasted text #{}: {} lines]", ++paste_count_, count), plain};
  editor_.insert(paste.placeholder);
  pastes_.push_back(std::move(paste));
}

std::string Prompt::expanded(const std::string& text) const {
  std::string whole = text;
  for (const Paste& paste : pastes_) {
    const std::size_t at = whole.find(paste.placeholder);
    if (at != std::string::npos) whole.replace(at, paste.placeholder.size(), paste.text);
  }
  return whole;
}

std::string Prompt::take() {
  std::string text = expanded(editor_.text());
  editor_ = LineEditor();
  pastes_.clear();
  completion_.reset();
  chosen_ = 0;
  vi_keys_.begin();
  if (!trimmed(text).empty()) history_.add(text);
  history_.leave();
  return text;
}

void Prompt::insert(const std::string& text) {
  editor_.insert(text);
  completion_.reset();
}

void Prompt::set_text(std::string text) {
  editor_.set_text(std::move(text));
  completion_.reset();
}

void Prompt::set_vi(bool on) {
  vi_ = on;
  vi_keys_.begin();
}

std::string_view Prompt::key_mode() const {
  if (!vi_) return {};
  return vi_keys_.mode() == ViKeys::Mode::normal ? "NORMAL" : "INSERT";
}

EditedLines Prompt::lines(int columns, int rows, std::string_view mark) const {
  EditedLines result;
  const std::string head =
      search_ ? fmt::format("(search: {}) ", search_->words) : std::string(mark);
  const int margin = columns_of(head);
  const std::string blanks(static_cast<std::size_t>(margin), ' ');
  const int width = std::max(columns - margin, 8);
  const std::string& text = editor_.text();
  std::string row;
  int used = 0;
  const auto end_row = [&] {
    const bool first = result.lines.empty();
    result.lines.push_back({{first ? head : blanks, {.role = Role::accent}}, {std::move(row), {}}});
    row.clear();
    used = 0;
  };
  for (std::size_t i = 0;;) {
    if (i == editor_.cursor()) {
      if (used >= width) end_row();
      result.cursor_row = static_cast<int>(result.lines.size());
      result.cursor_column = margin + used;
    }
    if (i >= text.size()) break;
    const Grapheme grapheme = grapheme_at(text, i);
    if (text[i] == '\n') {
      end_row();
    } else {
      if (used + grapheme.columns > width) end_row();
      row += text[i] == '\t' ? " " : text.substr(i, grapheme.bytes);
      used += text[i] == '\t' ? 1 : grapheme.columns;
    }
    i += grapheme.bytes;
  }
  end_row();
  // Those around the cursor, if there are too many.
  const int total = static_cast<int>(result.lines.size());
  if (total > rows) {
    const int first = std::clamp(result.cursor_row - rows / 2, 0, total - rows);
    result.lines = {result.lines.begin() + first, result.lines.begin() + first + rows};
    result.cursor_row -= first;
  }
  return result;
}

std::vector<StyledLine> Prompt::suggestion_lines(int columns, std::size_t rows) const {
  std::vector<StyledLine> lines;
  if (!completion_ || rows == 0) return lines;
  const auto& all = completion_->suggestions;
  const std::size_t first =
      std::min(chosen_ - std::min(chosen_, rows / 2), all.size() - std::min(all.size(), rows));
  int width = 0;
  for (const Suggestion& suggestion : all) width = std::max(width, columns_of(suggestion.text));
  for (std::size_t i = first; i < std::min(all.size(), first + rows); ++i) {
    const bool chosen = i == chosen_;
    StyledLine line{{chosen ? "❯ " : "  ", {.role = Role::accent}},
                    {all[i].text, {.role = chosen ? Role::accent : Role::plain, .bold = chosen}}};
    if (!all[i].description.empty()) {
      line = padded(std::move(line), std::min(width, columns / 2) + 4);
      line.push_back({all[i].description, {.role = Role::muted}});
    }
    lines.push_back(cut(line, columns));
  }
  return lines;
}

}  // namespace hearth::agent
