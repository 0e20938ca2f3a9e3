#include "hearth/agent/shell/shell_script.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include "hearth/agent/shell/shell_parser.h"
#include "hearth/agent/shell/unwrap.h"

namespace hearth::agent {
namespace {

bool is_lower_case(std::string_view name) {
  return std::ranges::none_of(name, [](unsigned char c) { return std::isupper(c) != 0; });
}

/// Whether a variable that holds it changes nothing but the commands that name it: it is no
/// expression that sets others.
bool is_plain(const ShellWord& word) {
  return !word.quoted && !word.text.contains("--") &&
         std::ranges::all_of(word.text, [](unsigned char c) {
           return std::isalnum(c) != 0 ||
                  std::string_view("_-./{},").find(static_cast<char>(c)) != std::string::npos;
         });
}

}  // namespace

void ShellParser::run() {
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
  if (!heredocs_.empty()) give_up("a here-document that does not end");
}

void ShellParser::skip_line() {
  while (at_ < text_.size() && text_[at_] != '\n') ++at_;
}

void ShellParser::parenthesis(char c) {
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

void ShellParser::redirection() {
  const std::string before = part_.words.empty() ? "" : part_.words.back();
  const bool adjacent = !last_word_quoted_ && at_ > 0 && text_[at_ - 1] == '}';
  if (adjacent && before.size() > 2 && before.starts_with('{')) {
    return give_up("a redirection that sets a variable");
  }
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
    ShellParser(*inner, script_, depth_ + 1).run();
    part_.words.emplace_back("<(…)");
    part_.has_expansion = true;
    return;
  }
  if (starts("<<<")) {
    at_ += 3;
    skip_blanks();
    const ShellWord word = this->word();
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
  const ShellWord target = word();
  if (target.text.empty()) return give_up("a redirection without a file");
  const bool descriptor = duplicates && std::ranges::all_of(target.text, [](unsigned char c) {
                            return std::isdigit(c) != 0 || c == '-';
                          });
  if (descriptor) return;
  (writes ? part_.writes : part_.reads).push_back(target.text);
  if (target.globs) part_.globs.push_back(target.text);
  if (target.expands) give_up("a redirection to a file that is only known when it runs");
}

void ShellParser::skip_blanks() {
  while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
}

void ShellParser::heredoc() {
  Heredoc heredoc;
  at_ += 2;
  if (at_ < text_.size() && text_[at_] == '-') {
    heredoc.strip_tabs = true;
    ++at_;
  }
  skip_blanks();
  const std::size_t begin = at_;
  const ShellWord word = this->word();
  if (text_.substr(begin, at_ - begin).find_first_of("$`\n") != std::string_view::npos) {
    return give_up("a here-document with an unusual end");
  }
  heredoc.end = word.text;
  heredoc.literal = word.quoted;
  heredocs_.push_back(std::move(heredoc));
}

void ShellParser::skip_heredocs() {
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
    if (!ended) return give_up("a here-document that does not end");
    if (heredoc.literal) continue;
    if (body.contains("\\\n")) return give_up("a here-document that joins lines");
    ShellParser(body, script_, depth_ + 1).expansions();
  }
  heredocs_.clear();
}

void ShellParser::take(const ShellWord& word) {
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
  if (word.globs) part_.globs.push_back(word.text);
  part_.words.push_back(word.text);
}

bool ShellParser::keyword(const std::string& word) {
  static const std::set<std::string, std::less<>> plain{
      "if", "then", "elif", "else", "fi", "while", "until", "do", "done", "{", "}", "!"};
  static const std::set<std::string, std::less<>> loops{"while", "until", "for", "select"};
  script_.loops = script_.loops || loops.contains(word);
  if (plain.contains(word)) return true;
  if (word == "time") {
    // With options it is taken off as a program is.
    const std::size_t next = text_.find_first_not_of(" \t", at_);
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

void ShellParser::skip_loop_head() {
  std::vector<ShellWord> head;
  while (at_ < text_.size() && text_[at_] != ';' && text_[at_] != '\n') {
    if (is_blank(text_[at_])) {
      ++at_;
    } else if (text_[at_] == '\\' && next_is('\n')) {
      at_ += 2;
    } else if (text_[at_] == '#') {
      skip_line();
    } else if (is_operator(text_[at_])) {
      return give_up("for");
    } else {
      head.push_back(word());
    }
  }
  // "for NAME do" goes on with a command.
  if (head.size() > 1 && head[1].text != "in") return give_up("for");
  const bool plain = head.size() > 1 && is_lower_case(head[0].text) &&
                     std::all_of(head.begin() + 2, head.end(), &is_plain);
  if (!head.empty() && !plain) part_.assignments.push_back(head[0].text + "=");
}

void ShellParser::end_command() {
  if (part_.words.empty() && part_.writes.empty() && part_.reads.empty() &&
      part_.assignments.empty()) {
    return;
  }
  ShellPart part = std::move(part_);
  part_ = {};
  const Unwrapped inner = unwrap(part);
  script_.parts.push_back(std::move(part));
  if (!inner.unclear.empty()) return give_up(inner.unclear);
  for (const std::string& command : inner.commands) ShellParser(command, script_, depth_ + 1).run();
}

std::string ShellPart::text() const {
  return fmt::format("{}", fmt::join(words, " "));
}

ShellScript parse_shell(std::string_view command) {
  ShellScript script;
  ShellParser(command, script, 0).run();
  // To some shells it is a blank, to bash a character as any other.
  if (script.unclear.empty() && command.contains('\r')) script.unclear = "a carriage return";
  return script;
}

}  // namespace hearth::agent
