#include "hearth/agent/shell/shell_script.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <set>

#include "hearth/agent/shell/unwrap.h"

namespace hearth::agent {
namespace {

constexpr int deepest = 8;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

bool is_operator(char c) {
  return c == ';' || c == '&' || c == '|' || c == '(' || c == ')' || c == '<' || c == '>' ||
         c == '\n';
}

struct Word {
  std::string text;
  bool quoted = false;
  bool expands = false;
};

struct Heredoc {
  std::string end;
  bool strip_tabs = false;
  bool literal = false;
};

/// Reads a command from front to back; what is nested is read by a parser of its own.
class Parser {
 public:
  Parser(std::string_view text, ShellScript& script, int depth)
      : text_(text), script_(script), depth_(depth) {}

  void run() {
    if (depth_ > deepest) return give_up("commands are nested too deep");
    while (at_ < text_.size() && script_.unclear.empty()) {
      const char c = text_[at_];
      if (is_blank(c)) {
        ++at_;
      } else if (c == '\\' && next_is('\n')) {
        at_ += 2;
      } else if (c == '#' && !in_word_before()) {
        skip_line();
      } else if (c == '\n') {
        end_command();
        ++at_;
        skip_heredocs();
      } else if (c == '<' || c == '>' || is_ampersand_redirection()) {
        redirection();
      } else if (c == ';' || c == '&' || c == '|') {
        end_command();
        if (starts(";;")) return give_up("case");
        ++at_;
        if (at_ < text_.size() && (text_[at_] == c || (c == '|' && text_[at_] == '&'))) ++at_;
      } else if (c == '(' || c == ')') {
        parenthesis(c);
      } else {
        take(word());
      }
    }
    end_command();
  }

 private:
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

  void skip_line() {
    while (at_ < text_.size() && text_[at_] != '\n') ++at_;
  }

  void parenthesis(char c) {
    if (c == '(') {
      if (!part_.words.empty() || next_is('(')) {
        return give_up(next_is('(') ? "((…))" : "a function or an array");
      }
      ++open_;
    } else {
      end_command();
      if (--open_ < 0) return give_up("a parenthesis that was not opened");
    }
    ++at_;
  }

  // -- words -----------------------------------------------------------------------------------

  Word word() {
    Word word;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (is_blank(c) || is_operator(c)) {
        const bool substitution = (c == '<' || c == '>') && next_is('(');
        if (!substitution || !word.text.empty()) break;
      }
      if (c == '\\') {
        if (next_is('\n')) {
          at_ += 2;
          continue;
        }
        if (++at_ >= text_.size()) break;
        word.text += text_[at_++];
        word.quoted = true;
      } else if (c == '\'') {
        single_quoted(word);
      } else if (c == '"') {
        double_quoted(word);
      } else if (c == '$') {
        dollar(word, false);
      } else if (c == '`') {
        backquoted(word);
      } else {
        word.text += c;
        ++at_;
      }
    }
    return word;
  }

  void single_quoted(Word& word) {
    const std::size_t end = text_.find('\'', at_ + 1);
    if (end == std::string_view::npos) return give_up("a quotation mark that is not closed");
    word.text += text_.substr(at_ + 1, end - at_ - 1);
    word.quoted = true;
    at_ = end + 1;
  }

  void double_quoted(Word& word) {
    word.quoted = true;
    for (++at_; at_ < text_.size();) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return;
      }
      if (c == '\\' && at_ + 1 < text_.size()) {
        const char next = text_[at_ + 1];
        if (next != '\n') {
          if (std::string_view("$`\"\\").find(next) == std::string_view::npos) word.text += c;
          word.text += next;
        }
        at_ += 2;
      } else if (c == '$') {
        dollar(word, true);
      } else if (c == '`') {
        backquoted(word);
      } else {
        word.text += c;
        ++at_;
      }
    }
    give_up("a quotation mark that is not closed");
  }

  void dollar(Word& word, bool in_quotes) {
    if (starts("$((")) {
      const auto inner = nested("((", "))", 1);
      if (!inner) return;
      word.expands = true;
      word.text += "$((…))";
      scan_for_commands(*inner);
    } else if (starts("$(")) {
      const auto inner = nested("(", ")", 1);
      if (!inner) return;
      word.expands = true;
      word.text += "$(…)";
      Parser(*inner, script_, depth_ + 1).run();
    } else if (starts("${")) {
      const auto inner = nested("{", "}", 1);
      if (!inner) return;
      word.expands = true;
      word.text += fmt::format("${{{}}}", *inner);
      scan_for_commands(*inner);
    } else if (starts("$'") && !in_quotes) {
      std::size_t end = at_ + 2;
      while (end < text_.size() && text_[end] != '\'') end += text_[end] == '\\' ? 2 : 1;
      if (end >= text_.size()) return give_up("a quotation mark that is not closed");
      // What its escapes stand for is not worked out.
      word.expands = word.expands || text_.substr(at_, end - at_).find('\\') != std::string::npos;
      word.text += text_.substr(at_ + 2, end - at_ - 2);
      word.quoted = true;
      at_ = end + 1;
    } else {
      const bool name =
          at_ + 1 < text_.size() &&
          (std::isalnum(static_cast<unsigned char>(text_[at_ + 1])) != 0 ||
           std::string_view("_@*#?$!-").find(text_[at_ + 1]) != std::string_view::npos);
      word.expands = word.expands || name;
      word.text += '$';
      ++at_;
    }
  }

  void backquoted(Word& word) {
    std::string inner;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '`') {
        ++at_;
        word.expands = true;
        word.text += "$(…)";
        Parser(inner, script_, depth_ + 1).run();
        return;
      }
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      inner += text_[at_];
    }
    give_up("a backquote that is not closed");
  }

  /// From `at_ + skip`, where `open` stands, to behind its `close`; what is between. Quotes hide
  /// brackets.
  std::optional<std::string_view> nested(std::string_view open, std::string_view close,
                                         std::size_t skip) {
    const std::size_t begin = at_ + skip + open.size();
    int level = 1;
    char quote = 0;
    for (std::size_t i = begin; i < text_.size(); ++i) {
      const char c = text_[i];
      if (c == '\\' && quote != '\'') {
        ++i;
      } else if (quote != 0) {
        // In double quotes a nested substitution may hold quotes of its own.
        if (quote == '"' && text_.substr(i).starts_with("$(")) {
          const std::size_t saved = at_;
          at_ = i;
          const auto inner = nested("(", ")", 1);
          if (!inner) return std::nullopt;
          i = at_ - 1;
          at_ = saved;
        } else if (c == quote) {
          quote = 0;
        }
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == open.front()) {
        ++level;
      } else if (c == close.front() && --level == 0) {
        if (!text_.substr(i).starts_with(close)) {
          give_up("brackets that do not match");
          return std::nullopt;
        }
        at_ = i + close.size();
        return text_.substr(begin, i - begin);
      } else if (c == '#' && open == "(" && i > begin && is_blank(text_[i - 1])) {
        // A comment may hold a bracket.
        while (i + 1 < text_.size() && text_[i + 1] != '\n') ++i;
      }
    }
    give_up("a bracket that is not closed");
    return std::nullopt;
  }

  /// Commands within an arithmetic or parameter expansion, or a here-document.
  void scan_for_commands(std::string_view text) {
    if (text.find('$') == std::string_view::npos && text.find('`') == std::string_view::npos) {
      return;
    }
    std::string quoted = "\"";
    for (const char c : text) {
      if (c == '"') quoted += '\\';
      quoted += c;
    }
    quoted += '"';
    ShellScript inner;
    Parser parser(quoted, inner, depth_ + 1);
    Word word;
    parser.double_quoted(word);
    std::ranges::move(inner.parts, std::back_inserter(script_.parts));
    if (!inner.unclear.empty()) give_up(inner.unclear);
  }

  // -- redirections ----------------------------------------------------------------------------

  void redirection() {
    // A number right before it is the file descriptor, and no word.
    if (!last_word_quoted_ && !part_.words.empty() && at_ > 0 &&
        std::isdigit(static_cast<unsigned char>(text_[at_ - 1])) != 0 &&
        std::ranges::all_of(part_.words.back(),
                            [](unsigned char c) { return std::isdigit(c) != 0; })) {
      part_.words.pop_back();
    }
    if ((text_[at_] == '<' || text_[at_] == '>') && next_is('(')) {
      const auto inner = nested("(", ")", 1);
      if (!inner) return;
      Parser(*inner, script_, depth_ + 1).run();
      part_.words.emplace_back("<(…)");
      part_.has_expansion = true;
      return;
    }
    if (starts("<<<")) {
      at_ += 3;
      skip_blanks();
      const Word word = this->word();
      part_.has_expansion = part_.has_expansion || word.expands;
      return;
    }
    if (starts("<<")) return heredoc();
    bool writes = false;
    while (at_ < text_.size() && std::string_view("&<>|").find(text_[at_]) != std::string::npos) {
      writes = writes || text_[at_] == '>';
      ++at_;
    }
    const bool duplicates = text_[at_ - 1] == '&';
    skip_blanks();
    const Word target = word();
    if (target.text.empty()) return give_up("a redirection without a file");
    const bool descriptor = duplicates && std::ranges::all_of(target.text, [](unsigned char c) {
                              return std::isdigit(c) != 0 || c == '-';
                            });
    if (descriptor) return;
    (writes ? part_.writes : part_.reads).push_back(target.text);
    if (target.expands) give_up("a redirection to a file that is only known when it runs");
  }

  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }

  void heredoc() {
    Heredoc heredoc;
    at_ += 2;
    if (at_ < text_.size() && text_[at_] == '-') {
      heredoc.strip_tabs = true;
      ++at_;
    }
    skip_blanks();
    const Word word = this->word();
    heredoc.end = word.text;
    heredoc.literal = word.quoted;
    heredocs_.push_back(std::move(heredoc));
  }

  void skip_heredocs() {
    for (const Heredoc& heredoc : heredocs_) {
      std::string body;
      bool ended = false;
      while (at_ < text_.size() && !ended) {
        const std::size_t end = std::min(text_.find('\n', at_), text_.size());
        std::string_view line = text_.substr(at_, end - at_);
        at_ = std::min(end + 1, text_.size());
        if (heredoc.strip_tabs) {
          line.remove_prefix(std::min(line.find_first_not_of('\t'), line.size()));
        }
        ended = line == heredoc.end;
        if (!ended) body.append(line).append("\n");
      }
      if (!heredoc.literal) scan_for_commands(body);
    }
    heredocs_.clear();
  }

  // -- commands --------------------------------------------------------------------------------

  void take(const Word& word) {
    last_word_quoted_ = word.quoted;
    if (part_.words.empty() && !word.quoted && !word.expands && keyword(word.text)) return;
    if (part_.words.empty() && is_assignment(word.text)) {
      part_.assignments.push_back(word.text);
      part_.has_expansion = part_.has_expansion || word.expands;
      return;
    }
    if (part_.words.empty() && word.expands) {
      return give_up("a program whose name is only known when it runs");
    }
    part_.has_expansion = part_.has_expansion || word.expands;
    part_.words.push_back(word.text);
  }

  /// Words that only shape the command. True if `word` was one.
  bool keyword(const std::string& word) {
    static const std::set<std::string, std::less<>> plain{
        "if", "then", "elif", "else", "fi", "while", "until", "do", "done", "{", "}", "!"};
    if (plain.contains(word)) return true;
    if (word == "time") {
      // With options it is taken off as a program is.
      const std::size_t next = text_.find_first_not_of(" \t\r", at_);
      return next == std::string_view::npos || text_[next] != '-';
    }
    if (word == "for" || word == "select") {
      skip_loop_head();
      return true;
    }
    if (word == "case" || word == "function" || word == "coproc") {
      give_up(word);
      return true;
    }
    return false;
  }

  /// "NAME in words", whose words run nothing but what they expand.
  void skip_loop_head() {
    while (at_ < text_.size() && text_[at_] != ';' && text_[at_] != '\n') {
      if (is_blank(text_[at_])) {
        ++at_;
      } else if (is_operator(text_[at_])) {
        return give_up("for");
      } else {
        word();
      }
    }
  }

  void end_command() {
    if (part_.words.empty() && part_.writes.empty() && part_.reads.empty() &&
        part_.assignments.empty()) {
      return;
    }
    ShellPart part = std::move(part_);
    part_ = {};
    const Unwrapped inner = unwrap(part);
    script_.parts.push_back(std::move(part));
    if (!inner.unclear.empty()) return give_up(inner.unclear);
    for (const std::string& command : inner.commands) Parser(command, script_, depth_ + 1).run();
  }

  std::string_view text_;
  ShellScript& script_;
  int depth_;
  std::size_t at_ = 0;
  int open_ = 0;
  ShellPart part_;
  bool last_word_quoted_ = false;
  std::vector<Heredoc> heredocs_;
};

}  // namespace

std::string ShellPart::text() const {
  return fmt::format("{}", fmt::join(words, " "));
}

ShellScript parse_shell(std::string_view command) {
  ShellScript script;
  Parser(command, script, 0).run();
  return script;
}

}  // namespace hearth::agent
