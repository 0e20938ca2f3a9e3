#include "hearth/agent/shell/named_files.h"

#include <algorithm>
#include <initializer_list>
#include <set>
#include <string_view>

namespace hearth::agent {
namespace {

using Names = std::set<std::string, std::less<>>;

std::string name_of_program(const ShellPart& part) {
  if (part.words.empty()) return {};
  const std::string& program = part.words.front();
  return program.substr(program.rfind('/') + 1);
}

bool has_option(const ShellPart& part, std::initializer_list<std::string_view> options) {
  return std::ranges::any_of(part.words, [&](std::string_view word) {
    return std::ranges::any_of(options,
                               [&](std::string_view option) { return word.starts_with(option); });
  });
}

/// Programs whose first word is a pattern or a script, and no file.
bool begins_with_a_script(const ShellPart& part, std::string_view program) {
  static const Names programs{"grep", "egrep", "fgrep", "rg", "sed", "awk", "gawk", "mawk", "jq"};
  return programs.contains(program) &&
         !has_option(part, {"-e", "-f", "--regexp", "--file", "--expression", "--files"});
}

/// Of git, those that show what is in files.
bool git_shows_files(const ShellPart& part) {
  static const Names commands{"show", "diff", "log", "blame", "grep", "cat-file"};
  return part.words.size() > 1 && commands.contains(part.words[1]);
}

/// The words that may be paths: no options, but what stands behind "--file=".
std::vector<std::string> plain_words(const ShellPart& part, std::size_t first) {
  std::vector<std::string> words;
  bool options = true;
  for (std::size_t i = first; i < part.words.size(); ++i) {
    const std::string& word = part.words[i];
    if (options && word == "--") {
      options = false;
    } else if (options && word.starts_with('-')) {
      const std::size_t equals = word.find('=');
      if (equals != std::string::npos) words.push_back(word.substr(equals + 1));
    } else {
      words.push_back(word);
    }
  }
  return words;
}

std::vector<std::string> git_paths(const ShellPart& part) {
  std::vector<std::string> paths;
  if (!git_shows_files(part)) return paths;
  for (const std::string& word : plain_words(part, 2)) {
    // "HEAD:src/a" is the file as it was.
    paths.push_back(word.substr(word.find(':') + 1));
  }
  return paths;
}

/// `find`'s folders stand before its conditions.
std::vector<std::string> find_paths(const ShellPart& part) {
  std::vector<std::string> paths;
  for (std::size_t i = 1; i < part.words.size(); ++i) {
    const std::string& word = part.words[i];
    if (word.starts_with('-') || word == "(" || word == "!") break;
    paths.push_back(word);
  }
  return paths;
}

std::vector<std::string> paths_in_words(const ShellPart& part, std::string_view program) {
  if (program == "git") return git_paths(part);
  if (program == "find") return find_paths(part);
  std::vector<std::string> words = plain_words(part, 1);
  if (begins_with_a_script(part, program) && !words.empty()) words.erase(words.begin());
  return words;
}

void append_all(std::vector<std::string>& names, const std::vector<std::string>& more) {
  names.insert(names.end(), more.begin(), more.end());
}

}  // namespace

NamedFiles named_files(const ShellPart& part) {
  static const Names looking{
      "cat",     "head",   "tail",   "less", "more",    "nl",        "od",   "xxd",  "hexdump",
      "strings", "base64", "base32", "sed",  "awk",     "gawk",      "mawk", "grep", "egrep",
      "fgrep",   "rg",     "sort",   "uniq", "cut",     "tac",       "rev",  "wc",   "diff",
      "cmp",     "comm",   "file",   "stat", "ls",      "tree",      "du",   "find", "jq",
      "column",  "md5sum", "paste",  "join", "sha1sum", "sha256sum", "fold", "fmt",  "tar",
      "zip",     "gzip",   "cd",     "git",  "pushd",   "bat",       "view"};
  static const Names changing{"tee", "touch", "rm",     "rmdir",   "mkdir",
                              "mv",  "shred", "unlink", "truncate"};
  static const Names copying{"cp", "ln", "install", "rsync"};
  NamedFiles files{.read = part.reads, .written = part.writes};
  const std::string program = name_of_program(part);
  std::vector<std::string> words = paths_in_words(part, program);
  if (looking.contains(program)) append_all(files.read, words);
  const bool edits = program == "sed" && has_option(part, {"-i", "--in-place"});
  if (changing.contains(program) || edits) append_all(files.written, words);
  if (program == "mv") append_all(files.read, words);
  if (copying.contains(program) && !words.empty()) {
    files.written.push_back(words.back());
    words.pop_back();
    append_all(files.read, words);
  }
  return files;
}

bool looks_into_unnamed_files(const ShellPart& part) {
  const std::string program = name_of_program(part);
  if (program == "rg" || (program == "git" && part.words.size() > 1 && part.words[1] == "grep")) {
    return true;
  }
  static const Names searching{"grep", "egrep", "fgrep"};
  if (searching.contains(program)) {
    const bool all = std::ranges::any_of(part.words, [](std::string_view word) {
      const bool letters = word.starts_with('-') && !word.starts_with("--");
      return (letters && word.find_first_of("rRd") != std::string_view::npos) ||
             word.starts_with("--recursive") || word.starts_with("--dereference-recursive") ||
             word.starts_with("--directories");
    });
    if (all) return true;
  }
  return std::ranges::any_of(named_files(part).read, [](const std::string& name) {
    return name.find_first_of("*?[{") != std::string::npos;
  });
}

}  // namespace hearth::agent
