#include "hearth/agent/shell/unwrap.h"

#include <fmt/format.h>

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
      {"time", {{"-f", "-o"}, 0}},
      {"timeout", {{"-k", "--kill-after", "-s", "--signal"}, 1}},
      {"nice", {{"-n", "--adjustment"}, 0}},
      {"ionice", {{"-c", "-n", "--class", "--classdata"}, 0}},
      {"stdbuf", {{"-i", "-o", "-e"}, 0}},
  };
  return all;
}

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
    } else if (part.words.front().ends_with("env") && is_assignment(word)) {
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

void take_xargs(const ShellPart& part, Unwrapped& inner) {
  static const Wrapper xargs{{"-I", "-n", "-P", "-L", "-d", "-E", "-s", "-a", "--max-args",
                              "--max-procs", "--delimiter", "--replace", "--arg-file"},
                             0};
  ShellPart copy = part;
  const std::size_t begin = command_in(copy, xargs);
  if (begin < part.words.size()) {
    inner.commands.push_back(text_from(part.words, begin, part.words.size()));
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
    if (!word.starts_with('-')) {
      // A script: what it does is not in the command.
      return;
    }
    const bool has_c = !word.starts_with("--") && word.find('c') != std::string::npos;
    if (!has_c) continue;
    if (i + 1 >= part.words.size()) return;
    if (part.has_expansion) {
      inner.unclear = "a command that is only known when it runs";
    } else {
      inner.commands.push_back(part.words[i + 1]);
    }
    return;
  }
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
  while (!part.words.empty()) {
    const auto wrapper = wrappers().find(program_name(part.words.front()));
    if (wrapper == wrappers().end()) break;
    const std::size_t begin = command_in(part, wrapper->second);
    // `env` alone prints the environment; `env -S` takes a command in one word.
    if (begin >= part.words.size()) return inner;
    part.words.erase(part.words.begin(), part.words.begin() + static_cast<std::ptrdiff_t>(begin));
  }
  if (part.words.empty()) return inner;
  const std::string program = program_name(part.words.front());
  static const std::set<std::string, std::less<>> shells{"sh", "bash", "dash", "zsh", "ksh"};
  if (program == "xargs") {
    take_xargs(part, inner);
  } else if (program == "find") {
    take_find(part, inner);
  } else if (shells.contains(program)) {
    take_shell(part, inner);
  } else if (program == "eval" || program == "source" || program == "." || program == "trap" ||
             program == "alias" || program == "enable") {
    inner.unclear = program;
  }
  return inner;
}

}  // namespace hearth::agent
