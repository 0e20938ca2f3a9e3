#include "hearth/agent/shell/looking_options.h"

#include <re2/re2.h>

#include <algorithm>
#include <cctype>
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace hearth::agent {
namespace {

using Words = std::initializer_list<std::string_view>;

bool any_begins_with(const ShellPart& part, Words beginnings) {
  return std::ranges::any_of(part.words, [&](std::string_view word) {
    return std::ranges::any_of(beginnings,
                               [&](std::string_view begin) { return word.starts_with(begin); });
  });
}

bool has_word(const ShellPart& part, Words words) {
  return std::ranges::any_of(part.words, [&](std::string_view word) {
    return std::ranges::find(words, word) != words.end();
  });
}

/// Whether one of `letters` is an option, also in a group as in "-xo".
bool has_letter(const ShellPart& part, std::string_view letters) {
  return std::ranges::any_of(part.words, [&](std::string_view word) {
    return word.starts_with('-') && !word.starts_with("--") &&
           word.find_first_of(letters) != std::string_view::npos;
  });
}

/// Whether one of `names` is an option, also a shortened one as in "--outp=x".
bool has_long(const ShellPart& part, Words names) {
  return std::ranges::any_of(part.words, [&](std::string_view word) {
    const std::string_view option = word.substr(0, word.find('='));
    return option.size() > 2 && option.starts_with("--") &&
           std::ranges::any_of(names, [&](std::string_view name) {
             return name.starts_with(option) || option.starts_with(name);
           });
  });
}

/// Files that it names, where the options `with_word` take a word of their own.
std::ptrdiff_t operands(const ShellPart& part, Words with_word) {
  std::ptrdiff_t count = 0;
  for (std::size_t i = 1; i < part.words.size(); ++i) {
    const std::string_view word = part.words[i];
    if (std::ranges::find(with_word, word) != with_word.end()) {
      ++i;
    } else if (word == "-" || word == "--" || !word.starts_with('-')) {
      ++count;
    }
  }
  return count;
}

bool git_only_looks(const ShellPart& part) {
  static const std::set<std::string, std::less<>> looking{
      "status", "log",      "diff",     "show",    "rev-parse", "ls-files",
      "blame",  "shortlog", "describe", "ls-tree", "cat-file",  "grep"};
  if (part.words.size() < 2 || !looking.contains(part.words[1])) return false;
  if (part.words[1] == "grep" && has_letter(part, "O")) return false;
  return !any_begins_with(part, {"-o", "-O"}) &&
         !has_long(part, {"--output", "--ext-diff", "--textconv", "--no-index", "--filters",
                          "--open-files-in-pager"});
}

/// `date -s x` and `date 01021530` set the clock.
bool date_only_looks(const ShellPart& part) {
  bool is_value = false;
  for (const std::string& word : part.words) {
    const bool number = !word.empty() && std::isdigit(static_cast<unsigned char>(word[0])) != 0;
    if (number && !is_value) return false;
    const bool letters = word.starts_with('-') && !word.starts_with("--");
    // What is in the same word as "-d", "-I" or "-r" is its value.
    const bool has_value = letters && word.size() > 2 &&
                           std::string_view("dIr").find(word[1]) != std::string_view::npos;
    if (letters && !has_value && word.contains('s')) return false;
    is_value = word == "--date" || word == "--reference" ||
               (letters && !has_value && (word.ends_with('d') || word.ends_with('r')));
  }
  return !has_long(part, {"--set"});
}

/// `[[` takes the words of a comparison for expressions, which may set variables.
bool test_only_looks(const ShellPart& part) {
  return !has_word(part, {"-v"}) && (part.words.front() != "[[" ||
                                     !has_word(part, {"-eq", "-ne", "-lt", "-le", "-gt", "-ge"}));
}

/// jq's language reaches the environment and further files.
bool jq_only_looks(const ShellPart& part) {
  static const RE2 reaching(R"(\b(?:env|ENV|import|include)\b)");
  return !has_letter(part, "fL") && !has_long(part, {"--from-file", "--library-path"}) &&
         std::ranges::none_of(
             part.words, [](const std::string& word) { return RE2::PartialMatch(word, reaching); });
}

bool grep_only_looks(const ShellPart& part) {
  return !has_letter(part, "R") && !has_long(part, {"--dereference-recursive"});
}

using Check = bool (*)(const ShellPart&);

/// What of them may do more than look, by their options.
const std::map<std::string, Check, std::less<>>& checked_programs() {
  static const std::map<std::string, Check, std::less<>> checks{
      {"[", &test_only_looks},
      {"[[", &test_only_looks},
      {"test", &test_only_looks},
      {"date", &date_only_looks},
      {"git", &git_only_looks},
      {"grep", &grep_only_looks},
      {"egrep", &grep_only_looks},
      {"fgrep", &grep_only_looks},
      {"jq", &jq_only_looks},
      // Without a folder, or with "-", it goes where nobody knows.
      {"cd",
       [](const ShellPart& part) {
         return part.words.size() == 2 && !part.words[1].starts_with('-');
       }},
      {"diff",
       [](const ShellPart& part) {
         return !has_letter(part, "r") && !has_long(part, {"--recursive"});
       }},
      {"file",
       [](const ShellPart& part) {
         return !has_letter(part, "Cf") && !has_long(part, {"--compile", "--files-from"});
       }},
      {"find",
       [](const ShellPart& part) {
         return !any_begins_with(
             part, {"-exec", "-ok", "-delete", "-fprint", "-fls", "-follow", "-L", "-files0-from"});
       }},
      {"rg",
       [](const ShellPart& part) {
         return !has_letter(part, "L") && !has_long(part, {"--pre", "--hostname-bin", "--follow"});
       }},
      {"sort",
       [](const ShellPart& part) {
         return !has_letter(part, "oT") &&
                !has_long(part, {"--output", "--compress-program", "--temporary-directory",
                                 "--files0-from"});
       }},
      {"tree",
       [](const ShellPart& part) {
         return !has_letter(part, "olR") && !has_long(part, {"--output"});
       }},
      {"uniq", [](const ShellPart& part) { return operands(part, {"-f", "-s", "-w"}) <= 1; }},
      {"xxd",
       [](const ShellPart& part) {
         return !any_begins_with(part, {"-r", "--r"}) &&
                operands(part, {"-c", "-g", "-l", "-n", "-o", "-s"}) <= 1;
       }},
  };
  return checks;
}

}  // namespace

bool only_looks_by_options(const ShellPart& part) {
  static const std::set<std::string, std::less<>> programs{
      "ls",        "cat",      "head",    "tail",     "wc",    "pwd",   "echo", "printf", "stat",
      "which",     "type",     "whoami",  "id",       "uname", "cmp",   "cut",  "tr",     "du",
      "df",        "basename", "dirname", "realpath", "true",  "false", "seq",  "nl",     "od",
      "sha256sum", "md5sum",   "column",  "rev",      "tac",   "comm",  ":"};
  if (part.words.empty()) return part.writes.empty() && part.reads.empty();
  const auto checked = checked_programs().find(part.words.front());
  if (checked != checked_programs().end()) return checked->second(part);
  return programs.contains(part.words.front());
}

}  // namespace hearth::agent
