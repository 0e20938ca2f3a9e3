#include "hearth/agent/shell/only_looks.h"

#include <algorithm>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>

#include "hearth/agent/sandbox/secrets.h"

namespace hearth::agent {
namespace {

/// Whether `path` may lead out of the working directory.
bool leads_out(std::string_view path) {
  return path.starts_with('/') || path.starts_with('~') || path == ".." ||
         path.starts_with("../") || path.find("/..") != std::string_view::npos;
}

bool names_any(const ShellPart& part, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(part.words, [&](std::string_view word) {
    return std::ranges::any_of(words,
                               [&](std::string_view name) { return word.starts_with(name); });
  });
}

bool git_only_looks(const ShellPart& part) {
  static const std::set<std::string, std::less<>> looking{
      "status", "log",      "diff",     "show",    "rev-parse", "ls-files",
      "blame",  "shortlog", "describe", "ls-tree", "cat-file",  "grep"};
  return part.words.size() > 1 && looking.contains(part.words[1]) &&
         !names_any(part, {"--output", "-o", "--ext-diff", "--textconv", "--no-index", "-O",
                           "--open-files-in-pager"});
}

bool looks(const ShellPart& part) {
  static const std::set<std::string, std::less<>> programs{
      "ls",       "cat",     "head",     "tail",      "wc",     "pwd",    "echo", "printf", "grep",
      "egrep",    "fgrep",   "stat",     "file",      "which",  "type",   "date", "whoami", "id",
      "uname",    "diff",    "cmp",      "uniq",      "cut",    "tr",     "tree", "du",     "df",
      "basename", "dirname", "realpath", "true",      "false",  "test",   "[",    "[[",     "seq",
      "nl",       "od",      "xxd",      "sha256sum", "md5sum", "column", "rev",  "tac",    "comm",
      "sort",     "find",    "rg",       "cd",        "git",    "jq",     ":"};
  if (part.words.empty()) return part.writes.empty() && part.reads.empty();
  const std::string& program = part.words.front();
  if (!programs.contains(program)) return false;
  if (program == "git") return git_only_looks(part);
  if (program == "find") {
    return !names_any(part, {"-exec", "-ok", "-delete", "-fprint", "-fls"});
  }
  if (program == "sort") return !names_any(part, {"-o", "--output", "--compress-program", "-T"});
  if (program == "rg") return !names_any(part, {"--pre", "--hostname-bin"});
  if (program == "tree") return !names_any(part, {"-o", "--output"});
  if (program == "date") return !names_any(part, {"-s", "--set"});
  if (program == "file") return !names_any(part, {"-C", "--compile"});
  if (program == "uniq") return part.words.size() <= 2 || part.words.back().starts_with('-');
  if (program == "xxd") return !names_any(part, {"-r"}) && part.words.size() <= 3;
  return true;
}

}  // namespace

bool only_looks(const ShellScript& script) {
  if (!script.unclear.empty() || script.parts.empty()) return false;
  return std::ranges::all_of(script.parts, [](const ShellPart& part) {
    const bool writes = std::ranges::any_of(
        part.writes, [](const std::string& file) { return file != "/dev/null"; });
    const auto out = [](const std::string& path) { return path != "/dev/null" && leads_out(path); };
    if (writes || part.has_expansion || !part.assignments.empty() || !looks(part)) return false;
    // "--file=/etc/passwd" names a path, too.
    const auto word_out = [&](const std::string& word) {
      const std::size_t equals = word.find('=');
      return out(word) || is_secret_name(word.substr(word.rfind('/') + 1)) ||
             (equals != std::string::npos && out(word.substr(equals + 1))) ||
             (word.starts_with('-') && word.find('/') != std::string::npos);
    };
    return std::ranges::none_of(part.reads, out) &&
           std::none_of(part.words.begin() + (part.words.empty() ? 0 : 1), part.words.end(),
                        word_out);
  });
}

}  // namespace hearth::agent
