#include "hearth/agent/terminal/syntax_view.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "hearth/agent/plain_text.h"

namespace hearth::agent {
namespace {

/// What a language's source looks like, as far as colours need it.
struct Language {
  std::string_view names;     ///< between blanks, as code blocks are labelled
  std::string_view keywords;  ///< between blanks
  std::string_view line_comment;
  std::string_view block_begin;
  std::string_view block_end;
  std::string_view quotes;       ///< each begins a string that ends with the same
  std::string_view long_quotes;  ///< quotes that, doubled or tripled, span lines; "" or "`" style
};

constexpr std::string_view c_keywords =
    " alignas auto bool break case catch char class co_await co_return co_yield concept const "
    "consteval constexpr constinit continue default delete do double else enum explicit export "
    "extern false final float for friend if import inline int long mutable namespace new noexcept "
    "nullptr operator override private protected public register requires return short signed "
    "sizeof static static_assert static_cast struct switch template this throw true try typedef "
    "typename union unsigned using virtual void volatile while ";

constexpr std::array languages{
    Language{" cpp c c++ cc cxx h hpp cuda objc ", c_keywords, "//", "/*", "*/", "\"'", ""},
    Language{" python py python3 ",
             " False None True and as assert async await break case class continue def del elif "
             "else except finally for from global if import in is lambda match nonlocal not or "
             "pass raise return self try while with yield ",
             "#", "", "", "\"'", "\"'"},
    Language{" javascript js jsx mjs typescript ts tsx ",
             " abstract any as async await boolean break case catch class const continue debugger "
             "declare default delete do else enum export extends false finally for from function "
             "get if implements import in instanceof interface keyof let new null number of "
             "package private protected public readonly return set static string super switch "
             "this throw true try type typeof undefined unknown var void while with yield ",
             "//", "/*", "*/", "\"'", "`"},
    Language{" go golang ",
             " any bool break byte case chan const continue default defer else error fallthrough "
             "false float64 for func go goto if import int int64 interface map nil package range "
             "return rune select string struct switch true type uint var ",
             "//", "/*", "*/", "\"'", "`"},
    Language{
        " rust rs ",
        " as async await bool break const continue crate dyn else enum extern f32 f64 false fn "
        "for i32 i64 if impl in let loop match mod move mut pub ref return self Self static "
        "str struct super trait true type u32 u64 u8 unsafe use usize where while ",
        "//", "/*", "*/", "\"", ""},
    Language{" java kotlin kt scala csharp cs swift dart php ",
             " abstract as assert async await bool boolean break byte case catch char class const "
             "continue data def default do double else enum extends false final finally float for "
             "foreach fun func function guard if implements import in init instanceof int "
             "interface internal is let long namespace new nil null object override package "
             "private protected public readonly record return sealed self static string struct "
             "super switch this throw throws true try using val var void when where while yield ",
             "//", "/*", "*/", "\"'", ""},
    Language{" bash sh shell zsh console ",
             " case do done elif else esac exit export fi for function if in local return set "
             "source then until while ",
             "#", "", "", "\"'", ""},
    Language{
        " ruby rb perl pl elixir ",
        " BEGIN END and begin break case class def do else elsif end ensure false for foreach "
        "if in module my next nil not or our package redo require rescue return self sub super "
        "then true undef unless until use when while yield ",
        "#", "", "", "\"'", ""},
    Language{
        " lua ",
        " and break do else elseif end false for function if in local nil not or repeat return "
        "then true until while ",
        "--", "--[[", "]]", "\"'", ""},
    Language{" sql postgresql sqlite mysql ",
             " ALTER AND AS ASC BY CASE CREATE DEFAULT DELETE DESC DISTINCT DROP ELSE END EXISTS "
             "FOREIGN FROM GROUP HAVING IN INDEX INNER INSERT INTO IS JOIN KEY LEFT LIKE LIMIT NOT "
             "NULL ON OR ORDER PRIMARY REFERENCES RIGHT SELECT SET TABLE THEN UNION UNIQUE UPDATE "
             "VALUES WHEN WHERE WITH ",
             "--", "/*", "*/", "'", ""},
    Language{" json jsonc json5 ", " false null true ", "//", "/*", "*/", "\"", ""},
    Language{" yaml yml toml ini cfg conf dockerfile makefile make cmake ",
             " FROM RUN COPY WORKDIR ENV CMD ENTRYPOINT else endif false if include no null true "
             "yes ",
             "#", "", "", "\"'", ""},
    Language{" css scss less ", "", "", "/*", "*/", "\"'", ""},
    Language{" html xml svg vue ", "", "", "<!--", "-->", "\"", ""},
};

const Language* language_named(std::string_view name) {
  std::string wanted = " ";
  for (const char c : name)
    wanted += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  wanted += ' ';
  if (wanted.size() < 3) return nullptr;
  for (const Language& language : languages) {
    if (language.names.find(wanted) != std::string_view::npos) return &language;
  }
  return nullptr;
}

bool in_word(char byte) {
  return std::isalnum(static_cast<unsigned char>(byte)) != 0 || byte == '_';
}

/// Goes through a text from its beginning; what spans lines is remembered from line to line.
class Highlighter {
 public:
  explicit Highlighter(const Language& language) : language_(language) {}

  StyledLine line(std::string_view text) {
    rest_ = text;
    result_ = {};
    while (!rest_.empty()) {
      if (!until_.empty()) {
        take_until();
      } else if (!begin_long() && !take_comment() && !take_string() && !take_word()) {
        take(1, Role::plain);
      }
    }
    return std::move(result_);
  }

 private:
  void take(std::size_t bytes, Role role) {
    const TextStyle style{.role = role};
    if (!result_.empty() && result_.back().style == style) {
      result_.back().text += rest_.substr(0, bytes);
    } else {
      result_.push_back({std::string(rest_.substr(0, bytes)), style});
    }
    rest_.remove_prefix(std::min(bytes, rest_.size()));
  }

  /// The rest of a comment or string that began before.
  void take_until() {
    const std::size_t end = rest_.find(until_);
    const bool ends = end != std::string_view::npos;
    take(ends ? end + until_.size() : rest_.size(), until_role_);
    if (ends) until_.clear();
  }

  bool begin_long() {
    if (!language_.block_begin.empty() && rest_.starts_with(language_.block_begin)) {
      until_ = language_.block_end;
      until_role_ = Role::comment;
      take(language_.block_begin.size(), until_role_);
      return true;
    }
    for (const char quote : language_.long_quotes) {
      const std::string mark(quote == '`' ? 1 : 3, quote);
      if (!rest_.starts_with(mark)) continue;
      until_ = mark;
      until_role_ = Role::string;
      take(mark.size(), until_role_);
      return true;
    }
    return false;
  }

  bool take_comment() {
    if (language_.line_comment.empty() || !rest_.starts_with(language_.line_comment)) return false;
    take(rest_.size(), Role::comment);
    return true;
  }

  bool take_string() {
    const char quote = rest_.front();
    if (language_.quotes.find(quote) == std::string_view::npos) return false;
    std::size_t end = 1;
    while (end < rest_.size() && rest_[end] != quote) end += rest_[end] == '\\' ? 2 : 1;
    // One that does not end is an apostrophe.
    if (end >= rest_.size()) {
      take(1, Role::plain);
    } else {
      take(end + 1, Role::string);
    }
    return true;
  }

  bool take_word() {
    if (!in_word(rest_.front())) return false;
    std::size_t end = 1;
    while (end < rest_.size() && in_word(rest_[end])) ++end;
    const std::string word = " " + std::string(rest_.substr(0, end)) + " ";
    if (std::isdigit(static_cast<unsigned char>(rest_.front())) != 0) {
      take(end, Role::number);
    } else if (language_.keywords.find(word) != std::string_view::npos) {
      take(end, Role::keyword);
    } else {
      take(end, Role::plain);
    }
    return true;
  }

  const Language& language_;
  std::string_view rest_;
  StyledLine result_;
  std::string until_;  ///< what ends the comment or string that spans lines
  Role until_role_ = Role::plain;
};

}  // namespace

std::vector<StyledLine> highlighted(std::string_view code, std::string_view language) {
  const Language* known = language_named(language);
  std::vector<StyledLine> lines;
  if (known == nullptr) {
    for (const std::string_view line : lines_of(code)) lines.push_back(plain_line(line));
    return lines;
  }
  Highlighter highlighter(*known);
  for (const std::string_view line : lines_of(code)) lines.push_back(highlighter.line(line));
  return lines;
}

}  // namespace hearth::agent
