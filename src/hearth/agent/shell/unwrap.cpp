#include "hearth/agent/shell/unwrap.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

namespace hearth::agent {
namespace {

/// Programs that run the rest of their words as a command: their options that take a word, and how
/// many words stand before the command.
struct Wrapper {
  std::set<std::string, std::less<>> options_with_word;
  int words_before = 0;
};

const std::map<std::string, Wrapper, std::less<>>& wrappers() {
  static const std::map<std::string, Wrapper, std::less<>> all{
      {"env", {{"-u", "--unset", "-C", "--chdir"}, 0}},
      {"command", {{}, 0}},
      {"builtin", {{}, 0}},
      {"exec", {{"-a"}, 0}},
      {"nohup", {{}, 0}},
      {"setsid", {{}, 0}},
      {"time", {{"-f", "-o", "--format", "--output"}, 0}},
      {"timeout", {{"-k", "--kill-after", "-s", "--signal"}, 1}},
      {"nice", {{"-n", "--adjustment"}, 0}},
      {"ionice", {{"-c", "-n", "--class", "--classdata"}, 0}},
      {"stdbuf", {{"-i", "-o", "-e"}, 0}},
  };
  return all;
}

/// The same of those that are programs of their own to rules: they act as somebody else.
const std::map<std::string, Wrapper, std::less<>>& other_users() {
  static const std::map<std::string, Wrapper, std::less<>> all{
      {"sudo",
       {{"-u", "--user",       "-g", "--group",           "-h", "--host",  "-p", "--prompt",
         "-C", "--close-from", "-T", "--command-timeout", "-r", "--role",  "-t", "--type",
         "-U", "--other-user", "-D", "--chdir",           "-R", "--chroot"},
        0}},
      {"doas", {{"-u", "-C"}, 0}},
  };
  return all;
}

constexpr const char* unknown_program = "a program whose name is only known when it runs";

std::string program_name(const std::string& program) {
  return program.substr(program.rfind('/') + 1);
}

/// Where the command of a wrapper begins; the number of words if there is none.
std::size_t command_in(ShellPart& part, const Wrapper& wrapper) {
  std::size_t at = 1;
  int before = wrapper.words_before;
  while (at < part.words.size()) {
    const std::string& word = part.words[at];
    if (word.size() > 1 && word.starts_with('-')) {
      at += wrapper.options_with_word.contains(word) ? 2 : 1;
    } else if ((part.words.front().ends_with("env") || part.words.front().ends_with("sudo")) &&
               is_assignment(word)) {
      part.assignments.push_back(word);
      ++at;
    } else if (before-- > 0) {
      ++at;
    } else {
      break;
    }
  }
  return std::min(at, part.words.size());
}

std::string text_from(const std::vector<std::string>& words, std::size_t begin, std::size_t end) {
  std::string text;
  for (std::size_t i = begin; i < end; ++i) {
    text += (text.empty() ? "" : " ") + shell_quoted(words[i]);
  }
  return text;
}

bool is_unknown_program(const ShellPart& part, std::size_t at) {
  return part.has_expansion && part.words[at].find('$') != std::string::npos;
}

/// The command behind the options of `part`, which stays a program of its own.
void take_rest(const ShellPart& part, const Wrapper& wrapper, Unwrapped& inner) {
  ShellPart copy = part;
  const std::size_t begin = command_in(copy, wrapper);
  if (begin >= part.words.size()) return;
  if (is_unknown_program(part, begin)) {
    inner.unclear = unknown_program;
  } else {
    inner.commands.push_back(text_from(part.words, begin, part.words.size()));
  }
}

void take_xargs(const ShellPart& part, Unwrapped& inner) {
  static const Wrapper xargs{{"-I", "-n", "-P", "-L", "-d", "-E", "-s", "-a", "--max-args",
                              "--max-procs", "--delimiter", "--replace", "--arg-file"},
                             0};
  take_rest(part, xargs, inner);
}

/// `eval` joins its words and runs them.
void take_eval(const ShellPart& part, Unwrapped& inner) {
  if (part.has_expansion) {
    inner.unclear = "eval";
  } else if (part.words.size() > 1) {
    inner.commands.push_back(
        fmt::format("{}", fmt::join(part.words.begin() + 1, part.words.end(), " ")));
  }
}

void take_find(const ShellPart& part, Unwrapped& inner) {
  static const std::set<std::string, std::less<>> actions{"-exec", "-execdir", "-ok", "-okdir"};
  for (std::size_t i = 1; i < part.words.size(); ++i) {
    if (!actions.contains(part.words[i])) continue;
    std::size_t end = i + 1;
    while (end < part.words.size() && part.words[end] != ";" && part.words[end] != "+") ++end;
    inner.commands.push_back(text_from(part.words, i + 1, end));
    i = end;
  }
}

void take_shell(const ShellPart& part, Unwrapped& inner) {
  for (std::size_t i = 1; i < part.words.size(); ++i) {
    const std::string& word = part.words[i];
    if (word == "--version" || word == "--help") return;
    if (!word.starts_with('-') && !word.starts_with('+')) {
      // A script: what it does is not in the command.
      return;
    }
    const bool letters = !word.starts_with("--");
    const bool takes_word = (letters && word.find_first_of("oO") != std::string::npos) ||
                            word == "--rcfile" || word == "--init-file";
    if (takes_word) ++i;
    const bool has_c = letters && word.find('c') != std::string::npos;
    if (!has_c) continue;
    if (i + 1 >= part.words.size()) return;
    if (part.has_expansion) {
      inner.unclear = "a command that is only known when it runs";
    } else {
      inner.commands.push_back(part.words[i + 1]);
    }
    return;
  }
  inner.unclear = "a shell that reads its commands as they come";
}

}  // namespace

bool is_assignment(std::string_view word) {
  const std::size_t equals = word.find('=');
  if (equals == 0 || equals == std::string_view::npos) return false;
  std::string_view name = word.substr(0, equals);
  if (name.ends_with('+')) name.remove_suffix(1);
  return !name.empty() && std::isdigit(static_cast<unsigned char>(name.front())) == 0 &&
         std::ranges::all_of(name,
                             [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

std::string shell_quoted(std::string_view word) {
  const bool plain = !word.empty() && std::ranges::all_of(word, [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("_-./=:,@%+").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (plain) return std::string(word);
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

Unwrapped unwrap(ShellPart& part) {
  Unwrapped inner;
  bool was_wrapped = false;
  while (!part.words.empty()) {
    const auto wrapper = wrappers().find(program_name(part.words.front()));
    if (wrapper == wrappers().end()) break;
    const std::size_t begin = command_in(part, wrapper->second);
    // `env -S` takes a command in one word.
    for (std::size_t i = 1; i < begin && wrapper->first == "env"; ++i) {
      if (part.words[i].starts_with("-S") || part.words[i].starts_with("--split-string")) {
        inner.unclear = "env -S";
        return inner;
      }
    }
    // `env` alone prints the environment.
    if (begin >= part.words.size()) return inner;
    part.words.erase(part.words.begin(), part.words.begin() + static_cast<std::ptrdiff_t>(begin));
    was_wrapped = true;
  }
  if (part.words.empty()) return inner;
  if (is_unknown_program(part, 0)) inner.unclear = unknown_program;
  const std::string program = program_name(part.words.front());
  const auto other_user = other_users().find(program);
  static const std::set<std::string, std::less<>> shells{"sh", "bash", "dash", "zsh", "ksh"};
  static const std::set<std::string, std::less<>> constructs{"{",     "if",   "for", "while",
                                                             "until", "case", "!"};
  static const std::set<std::string, std::less<>> run_elsewhere{"source", ".", "trap", "alias",
                                                                "enable"};
  if (program == "xargs") {
    take_xargs(part, inner);
  } else if (other_user != other_users().end()) {
    take_rest(part, other_user->second, inner);
  } else if (program == "eval") {
    take_eval(part, inner);
  } else if (program == "find") {
    take_find(part, inner);
  } else if (shells.contains(program)) {
    take_shell(part, inner);
  } else if ((was_wrapped && constructs.contains(program)) || run_elsewhere.contains(program)) {
    inner.unclear = program;
  }
  return inner;
}

}  // namespace hearth::agent
