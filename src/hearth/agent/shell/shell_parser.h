#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/agent/shell/shell_script.h"

namespace hearth::agent {

/// A word of a command, without its quotes.
struct ShellWord {
  /// How much of "{a,b}" or "{1..9}" was seen.
  enum class Braces { none, opened, parted };

  std::string text;
  bool quoted = false;
  bool expands = false;  ///< what it yields is only known when it runs
  bool globs = false;    ///< it stands for names of files
  Braces braces = Braces::none;
};

/// Reads a command from front to back into `script`; what is nested, `depth` deep, is read by a
/// parser of its own. For parse_shell() alone. Commands are read in shell_script.cpp, words in
/// shell_words.cpp.
class ShellParser {
 public:
  ShellParser(std::string_view text, ShellScript& script, int depth)
      : text_(text), script_(script), depth_(depth) {}

  void run();

 private:
  static constexpr int deepest = 8;

  struct Heredoc {
    std::string end;
    bool strip_tabs = false;
    bool literal = false;
  };

  static bool is_blank(char c) { return c == ' ' || c == '\t'; }
  static bool is_operator(char c) {
    return std::string_view(";&|()<>\n").find(c) != std::string_view::npos;
  }

  void give_up(std::string_view what) {
    if (script_.unclear.empty()) script_.unclear = what;
    at_ = text_.size();
  }
  [[nodiscard]] bool next_is(char c) const { return at_ + 1 < text_.size() && text_[at_ + 1] == c; }
  [[nodiscard]] bool starts(std::string_view prefix) const {
    return text_.substr(at_).starts_with(prefix);
  }
  [[nodiscard]] bool in_word_before() const {
    return at_ > 0 && !is_blank(text_[at_ - 1]) && !is_operator(text_[at_ - 1]);
  }
  [[nodiscard]] bool is_ampersand_redirection() const { return starts("&>"); }

  ShellWord word();
  void unquoted(ShellWord& word);
  void single_quoted(ShellWord& word);
  void double_quoted(ShellWord& word);
  void dollar(ShellWord& word, bool in_quotes);
  void backquoted(ShellWord& word);
  /// From `at_ + skip`, where `open` stands, to behind its `close`; what is between. Quotes hide
  /// brackets.
  std::optional<std::string_view> nested(std::string_view open, std::string_view close,
                                         std::size_t skip);
  /// What an arithmetic or parameter expansion runs.
  void scan_for_commands(std::string_view text);
  /// All of the text is as in a here-document: quotes mean nothing in it.
  void expansions();

  void skip_line();
  void skip_blanks();
  void parenthesis(char c);
  void redirection();
  void heredoc();
  void skip_heredocs();
  void take(const ShellWord& word);
  /// Words that only shape the command. True if `word` was one.
  bool keyword(const std::string& word);
  /// "NAME in words", whose words run nothing but what they expand. It sets NAME.
  void skip_loop_head();
  void end_command();

  std::string_view text_;
  ShellScript& script_;
  int depth_;
  std::size_t at_ = 0;
  int open_ = 0;
  ShellPart part_;
  bool last_word_quoted_ = false;
  std::vector<Heredoc> heredocs_;
};

}  // namespace hearth::agent
