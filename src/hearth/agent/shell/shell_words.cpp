// The words of a shell command, with the commands in their expansions.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "hearth/agent/shell/shell_parser.h"

namespace hearth::agent {

ShellWord ShellParser::word() {
  ShellWord word;
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
      unquoted(word);
    }
  }
  return word;
}

void ShellParser::unquoted(ShellWord& word) {
  const char c = text_[at_++];
  const bool parts = c == ',' || (c == '.' && word.text.ends_with('.'));
  if (c == '{' && word.braces == ShellWord::Braces::none) word.braces = ShellWord::Braces::opened;
  if (parts && word.braces == ShellWord::Braces::opened) word.braces = ShellWord::Braces::parted;
  word.expands = word.expands || (c == '}' && word.braces == ShellWord::Braces::parted);
  word.globs = word.globs || c == '*' || c == '?' || c == '[';
  word.text += c;
}

void ShellParser::single_quoted(ShellWord& word) {
  const std::size_t end = text_.find('\'', at_ + 1);
  if (end == std::string_view::npos) return give_up("a quotation mark that is not closed");
  word.text += text_.substr(at_ + 1, end - at_ - 1);
  word.quoted = true;
  at_ = end + 1;
}

void ShellParser::double_quoted(ShellWord& word) {
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

void ShellParser::dollar(ShellWord& word, bool in_quotes) {
  if (starts("$\\\n")) return give_up("a line that is joined behind a $");
  if (starts("$[")) return give_up("$[…]");
  if (starts("$\"") && !in_quotes) {
    // A text to translate.
    ++at_;
  } else if (starts("$((")) {
    const auto inner = nested("((", "))", 1);
    if (!inner) return;
    for (const char* sets : {"=", "++", "--"}) {
      if (inner->contains(sets)) return give_up("an expression that may set variables");
    }
    word.expands = true;
    word.text += "$((…))";
    scan_for_commands(*inner);
  } else if (starts("$(")) {
    const auto inner = nested("(", ")", 1);
    if (!inner) return;
    word.expands = true;
    word.text += "$(…)";
    ShellParser(*inner, script_, depth_ + 1).run();
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
    const bool name = at_ + 1 < text_.size() &&
                      (std::isalnum(static_cast<unsigned char>(text_[at_ + 1])) != 0 ||
                       std::string_view("_@*#?$!-").find(text_[at_ + 1]) != std::string_view::npos);
    word.expands = word.expands || name;
    word.text += '$';
    ++at_;
  }
}

void ShellParser::backquoted(ShellWord& word) {
  std::string inner;
  for (++at_; at_ < text_.size(); ++at_) {
    if (text_[at_] == '`') {
      ++at_;
      word.expands = true;
      word.text += "$(…)";
      ShellParser(inner, script_, depth_ + 1).run();
      return;
    }
    if (next_is('"') && text_[at_] == '\\') return give_up("quotes in backquotes");
    const bool escapes = next_is('$') || next_is('`') || next_is('\\');
    if (text_[at_] == '\\' && escapes) ++at_;
    inner += text_[at_];
  }
  give_up("a backquote that is not closed");
}

std::optional<std::string_view> ShellParser::nested(std::string_view open, std::string_view close,
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

void ShellParser::scan_for_commands(std::string_view text) {
  const bool runs = text.find("$(") != std::string_view::npos || text.contains('`');
  // These hide commands in some places and not in others.
  if (runs && text.contains('\'')) return give_up("quotes in an expansion");
  ShellParser(text, script_, depth_ + 1).expansions();
}

void ShellParser::expansions() {
  if (depth_ > deepest) return give_up("commands are nested too deep");
  ShellWord word;
  while (at_ < text_.size()) {
    if (text_[at_] == '\\') {
      at_ += 2;
    } else if (text_[at_] == '$') {
      dollar(word, true);
    } else if (text_[at_] == '`') {
      backquoted(word);
    } else {
      ++at_;
    }
  }
}

}  // namespace hearth::agent
