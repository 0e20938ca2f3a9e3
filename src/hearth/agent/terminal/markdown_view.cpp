#include "hearth/agent/terminal/markdown_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include <md4c.h>

#include "hearth/agent/plain_text.h"
#include "hearth/agent/terminal/syntax_view.h"
#include "hearth/agent/terminal/table_view.h"

namespace hearth::agent {
namespace {

std::string attribute_text(const MD_ATTRIBUTE& attribute) {
  return attribute.text == nullptr ? std::string() : std::string(attribute.text, attribute.size);
}

std::string text_of_entity(std::string_view entity) {
  if (entity == "&amp;") return "&";
  if (entity == "&lt;") return "<";
  if (entity == "&gt;") return ">";
  if (entity == "&quot;") return "\"";
  if (entity == "&nbsp;") return " ";
  return std::string(entity);
}

/// Gets a document from md4c piece by piece.
class MarkdownRenderer {
 public:
  explicit MarkdownRenderer(int columns) : columns_(columns) {}

  void enter_block(MD_BLOCKTYPE type, void* detail) {
    switch (type) {
      case MD_BLOCK_QUOTE:
        flush();
        gap();
        margins_.push_back({{"│ ", {.role = Role::muted}}, {"│ ", {.role = Role::muted}}});
        break;
      case MD_BLOCK_UL:
        flush();
        begin_list({.tight = static_cast<MD_BLOCK_UL_DETAIL*>(detail)->is_tight != 0});
        break;
      case MD_BLOCK_OL: {
        flush();
        const auto* list = static_cast<MD_BLOCK_OL_DETAIL*>(detail);
        begin_list({.tight = list->is_tight != 0, .ordered = true, .next = list->start});
        break;
      }
      case MD_BLOCK_LI: begin_item(*static_cast<MD_BLOCK_LI_DETAIL*>(detail)); break;
      case MD_BLOCK_H:
        flush();
        gap();
        base_ = {.role = Role::heading, .bold = true};
        break;
      case MD_BLOCK_CODE:
        flush();
        gap();
        language_ = attribute_text(static_cast<MD_BLOCK_CODE_DETAIL*>(detail)->lang);
        code_.clear();
        in_code_ = true;
        break;
      case MD_BLOCK_HR:
        flush();
        gap();
        lines_.push_back(with_margin(plain_line(rule(), {.role = Role::muted})));
        break;
      case MD_BLOCK_P:
        flush();
        if (lists_.empty() || !lists_.back().tight) gap();
        break;
      case MD_BLOCK_TABLE:
        flush();
        gap();
        table_.clear();
        break;
      case MD_BLOCK_TR: table_.emplace_back(); break;
      default: break;
    }
  }

  void leave_block(MD_BLOCKTYPE type) {
    switch (type) {
      case MD_BLOCK_QUOTE:
        flush();
        margins_.pop_back();
        break;
      case MD_BLOCK_UL:
      case MD_BLOCK_OL:
        lists_.pop_back();
        gap_wanted_ = true;
        break;
      case MD_BLOCK_LI:
        flush();
        margins_.pop_back();
        break;
      case MD_BLOCK_H:
        flush();
        base_ = {};
        gap_wanted_ = true;
        break;
      case MD_BLOCK_CODE:
        in_code_ = false;
        emit_code();
        break;
      case MD_BLOCK_HR: gap_wanted_ = true; break;
      case MD_BLOCK_P:
        flush();
        gap_wanted_ = true;
        break;
      case MD_BLOCK_TH:
      case MD_BLOCK_TD: table_.back().push_back(std::exchange(inline_, {})); break;
      case MD_BLOCK_TABLE:
        for (StyledLine& line : table_lines(table_, columns_ - margin_columns())) emit(line);
        gap_wanted_ = true;
        break;
      default: break;
    }
  }

  void enter_span(MD_SPANTYPE type, void* detail) {
    styles_.push_back(style());
    TextStyle& now = styles_.back();
    switch (type) {
      case MD_SPAN_EM: now.italic = true; break;
      case MD_SPAN_STRONG: now.bold = true; break;
      case MD_SPAN_DEL: now.struck = true; break;
      case MD_SPAN_CODE: now.role = Role::code; break;
      case MD_SPAN_A:
        now.role = Role::link;
        now.underlined = true;
        targets_.push_back(
            {attribute_text(static_cast<MD_SPAN_A_DETAIL*>(detail)->href), inline_length()});
        break;
      case MD_SPAN_IMG:
        add("image: ");
        targets_.push_back(
            {attribute_text(static_cast<MD_SPAN_IMG_DETAIL*>(detail)->src), inline_length()});
        break;
      default: break;
    }
  }

  void leave_span(MD_SPANTYPE type) {
    styles_.pop_back();
    if (type != MD_SPAN_A && type != MD_SPAN_IMG) return;
    const auto [target, begin] = std::move(targets_.back());
    targets_.pop_back();
    const std::string shown = text_of(inline_).substr(begin);
    if (shown == target || "mailto:" + shown == target || "http://" + shown == target) return;
    inline_.push_back({fmt::format(" ({})", target), {.role = Role::muted}});
  }

  void text(MD_TEXTTYPE type, std::string_view text) {
    if (in_code_) {
      code_ += text;
      return;
    }
    switch (type) {
      case MD_TEXT_BR: break_line(); break;
      case MD_TEXT_SOFTBR: add(" "); break;
      case MD_TEXT_ENTITY: add(text_of_entity(text)); break;
      case MD_TEXT_NULLCHAR: add("\xEF\xBF\xBD"); break;
      default: add(text); break;
    }
  }

  std::vector<StyledLine> finish() {
    flush();
    return std::move(lines_);
  }

 private:
  struct Margin {
    Span first;  ///< on the first line of what it is for
    Span rest;
    bool used = false;
  };
  struct List {
    bool tight = false;
    bool ordered = false;
    unsigned next = 1;
  };

  [[nodiscard]] TextStyle style() const { return styles_.empty() ? base_ : styles_.back(); }
  [[nodiscard]] std::size_t inline_length() const { return text_of(inline_).size(); }

  [[nodiscard]] int margin_columns() const {
    int columns = 0;
    for (const Margin& margin : margins_) columns += columns_of({margin.rest});
    return columns;
  }

  [[nodiscard]] std::string rule() const {
    std::string text;
    for (int i = 0; i < std::clamp(columns_ - margin_columns(), 3, 40); ++i) text += "─";
    return text;
  }

  void begin_list(List list) {
    if (lists_.empty()) gap();
    lists_.push_back(list);
  }

  void begin_item(const MD_BLOCK_LI_DETAIL& item) {
    flush();
    List& list = lists_.back();
    if (!list.tight) gap();
    std::string marker = list.ordered ? fmt::format("{}. ", list.next++) : "• ";
    if (item.is_task != 0) marker = item.task_mark == ' ' ? "☐ " : "☑ ";
    const auto width = static_cast<std::size_t>(columns_of({{marker, {}}}));
    margins_.push_back({{std::move(marker), {.role = Role::muted}}, {std::string(width, ' '), {}}});
  }

  void add(std::string_view text) {
    if (!text.empty()) inline_.push_back({std::string(text), style()});
  }

  /// An empty line between two blocks.
  void gap() {
    if (gap_wanted_ && !lines_.empty()) lines_.push_back(with_margin({}));
    gap_wanted_ = false;
  }

  StyledLine with_margin(StyledLine line) {
    StyledLine whole;
    for (Margin& margin : margins_) {
      const bool blank = line.empty();
      whole.push_back(margin.used || blank ? margin.rest : margin.first);
      if (!blank) margin.used = true;
    }
    whole.insert(whole.end(), line.begin(), line.end());
    return whole;
  }

  void emit(const StyledLine& line) {
    for (StyledLine& part : wrapped(line, columns_ - margin_columns())) {
      lines_.push_back(with_margin(std::move(part)));
    }
  }

  void break_line() {
    emit(inline_);
    inline_.clear();
  }

  void flush() {
    if (inline_.empty()) return;
    gap();
    break_line();
  }

  void emit_code() {
    for (const StyledLine& line : highlighted(code_, language_)) {
      StyledLine indented{{"  ", {}}};
      indented.insert(indented.end(), line.begin(), line.end());
      for (StyledLine& part : wrapped(indented, columns_ - margin_columns(), 2)) {
        lines_.push_back(with_margin(std::move(part)));
      }
    }
    gap_wanted_ = true;
  }

  int columns_;
  std::vector<StyledLine> lines_;
  std::vector<Margin> margins_;
  std::vector<List> lists_;
  std::vector<TextStyle> styles_;
  std::vector<std::pair<std::string, std::size_t>> targets_;
  TextStyle base_;
  StyledLine inline_;
  std::string code_;
  std::string language_;
  std::vector<std::vector<StyledLine>> table_;
  bool in_code_ = false;
  bool gap_wanted_ = false;
};

MarkdownRenderer& renderer_of(void* user) {
  return *static_cast<MarkdownRenderer*>(user);
}

bool is_fence(std::string_view line) {
  const std::size_t first = line.find_first_not_of(' ');
  constexpr std::size_t most_indented = 3;
  if (first > std::min(most_indented, line.size())) return false;
  line.remove_prefix(first);
  return line.starts_with("```") || line.starts_with("~~~");
}

}  // namespace

std::vector<StyledLine> markdown_lines(std::string_view text, int columns) {
  MarkdownRenderer renderer(columns);
  MD_PARSER parser{};
  parser.flags = static_cast<unsigned>(MD_DIALECT_GITHUB) | static_cast<unsigned>(MD_FLAG_NOHTML);
  parser.enter_block = [](MD_BLOCKTYPE type, void* detail, void* user) {
    renderer_of(user).enter_block(type, detail);
    return 0;
  };
  parser.leave_block = [](MD_BLOCKTYPE type, void*, void* user) {
    renderer_of(user).leave_block(type);
    return 0;
  };
  parser.enter_span = [](MD_SPANTYPE type, void* detail, void* user) {
    renderer_of(user).enter_span(type, detail);
    return 0;
  };
  parser.leave_span = [](MD_SPANTYPE type, void*, void* user) {
    renderer_of(user).leave_span(type);
    return 0;
  };
  parser.text = [](MD_TEXTTYPE type, const MD_CHAR* bytes, MD_SIZE size, void* user) {
    renderer_of(user).text(type, {bytes, size});
    return 0;
  };
  md_parse(text.data(), static_cast<MD_SIZE>(text.size()), &parser, &renderer);
  return renderer.finish();
}

std::string MarkdownStream::take_whole_blocks() {
  // A block ends at an empty line outside a fence, if what follows is not indented, which may
  // belong to a list.
  std::size_t whole = 0;
  bool fenced = false;
  bool blank = false;
  for (std::size_t begin = 0; begin < text_.size();) {
    const std::size_t end = text_.find('\n', begin);
    const std::string_view line = std::string_view(text_).substr(
        begin, (end == std::string::npos ? text_.size() : end) - begin);
    if (blank && !fenced && !line.empty() && line.front() != ' ' && line.front() != '\t') {
      whole = begin;
    }
    if (end == std::string::npos) break;
    if (is_fence(line)) fenced = !fenced;
    blank = trimmed(line).empty();
    begin = end + 1;
  }
  std::string blocks = text_.substr(0, whole);
  text_.erase(0, whole);
  return blocks;
}

std::string MarkdownStream::take_rest() {
  return std::exchange(text_, {});
}

}  // namespace hearth::agent
