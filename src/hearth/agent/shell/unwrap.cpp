#include "hearth/agent/shell/unwrap.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <set>

namespace hearth::agent {
namespace {

using Options = std::set<std::string, std::less<>>;

/// Programs that run the rest of their words as a command: their options that change nothing else
/// about it, alone and with a word of their own, and how many words stand before the command.
struct Wrapper {
  Options flags;
  Options options_with_word;
  int words_before = 0;
};

const std::map<std::string, Wrapper, std::less<>>& wrappers() {
  static const std::map<std::string, Wrapper, std::less<>> all{
      {"env",
       {{"-", "-i", "--ignore-environment", "-0", "--null", "-v", "--debug"}, {"-u", "--unset"}}},
      {"command", {{"-p", "-v", "-V"}, {}}},
      {"builtin", {{}, {}}},
      {"exec", {{"-c", "-l"}, {"-a"}}},
      {"nohup", {{}, {}}},
      {"setsid", {{"-c", "--ctty", "-f", "--fork", "-w", "--wait"}, {}}},
      {"time", {{"-p", "--portability", "-v", "--verbose", "-q", "--quiet"}, {"-f", "--format"}}},
      {"timeout",
       {{"-v", "--verbose", "--foreground", "--preserve-status"},
        {"-k", "--kill-after", "-s", "--signal"},
        1}},
      {"nice", {{}, {"-n", "--adjustment"}}},
      {"ionice", {{"-t", "--ignore"}, {"-c", "-n", "--class", "--classdata"}}},
      {"stdbuf", {{}, {"-i", "-o", "-e", "--input", "--output", "--error"}}},
  };
  return all;
}

/// The same of those that are programs of their own to rules: they act as somebody else.
const std::map<std::string, Wrapper, std::less<>>& other_users() {
  static const std::map<std::string, Wrapper, std::less<>> all{
      {"sudo",
       {{"-A", "-b", "-E", "-H", "-k", "-n", "-P", "-S", "--background", "--non-interactive",
         "--preserve-env", "--reset-timestamp", "--set-home", "--stdin"},
        {"-u", "--user", "-g", "--group", "-h", "--host", "-p", "--prompt", "-C", "--close-from",
         "-T", "--command-timeout", "-r", "--role", "-t", "--type", "-U", "--other-user"}}},
      {"doas", {{"-n"}, {"-u", "-C"}}},
  };
  return all;
}

constexpr const char* unknown_program = "a program whose name is only known when it runs";
constexpr const char* unknown_option = "a program that is run in a way of its own";

std::string program_name(const std::string& program) {
  return program.substr(program.rfind('/') + 1);
}

/// Whether it is only known when it runs what stands there.
bool is_unknown(const ShellPart& part, std::size_t at) {
  const std::string& word = part.words[at];
  if (word == "[" || word == "[[") return false;
  const bool braces = word.contains('{') && (word.contains(',') || word.contains(".."));
  return word.find_first_of("*?[") != std::string::npos ||
         (part.has_expansion && (braces || word.contains('$')));
}

/// How many words an option is, with its own; 0 if it is not known to change nothing else.
std::size_t words_of_option(const Wrapper& wrapper, const std::string& word) {
  if (word == "--") return 1;
  if (word == "-") return wrapper.flags.contains(word) ? 1 : 0;
  if (word.starts_with("--")) {
    const std::string name = word.substr(0, word.find('='));
    if (wrapper.flags.contains(name)) return 1;
    if (!wrapper.options_with_word.contains(name)) return 0;
    return name.size() < word.size() ? 1 : 2;
  }
  for (std::size_t i = 1; i < word.size(); ++i) {
    const std::string letter{'-', word[i]};
    if (wrapper.options_with_word.contains(letter)) return i + 1 < word.size() ? 1 : 2;
    if (!wrapper.flags.contains(letter)) return 0;
  }
  return 1;
}

/// Where the command of a wrapper begins; the number of words if there is none. Nothing where that
/// is not known.
std::optional<std::size_t> command_in(ShellPart& part, const Wrapper& wrapper) {
  std::size_t at = 1;
  int before = wrapper.words_before;
  while (at < part.words.size()) {
    const std::string& word = part.words[at];
    const bool takes_variables =
        part.words.front().ends_with("env") || part.words.front().ends_with("sudo");
    if (word.starts_with('-')) {
      const std::size_t words = words_of_option(wrapper, word);
      for (std::size_t i = at; i < std::min(at + words, part.words.size()); ++i) {
        if (is_unknown(part, i)) return std::nullopt;
      }
      if (words == 0) return std::nullopt;
      at += words;
    } else if (takes_variables && is_assignment(word)) {
      part.assignments.push_back(word);
      ++at;
    } else if (before > 0) {
      if (is_unknown(part, at)) return std::nullopt;
      --before;
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

/// The command behind the options of `part`, which stays a program of its own.
void take_rest(const ShellPart& part, const Wrapper& wrapper, Unwrapped& inner) {
  ShellPart copy = part;
  const auto begin = command_in(copy, wrapper);
  if (!begin) {
    inner.unclear = unknown_option;
  } else if (*begin == part.words.size()) {
    return;
  } else if (is_unknown(part, *begin)) {
    inner.unclear = unknown_program;
  } else {
    inner.commands.push_back(text_from(part.words, *begin, part.words.size()));
  }
}

void take_xargs(const ShellPart& part, Unwrapped& inner) {
  static const Wrapper xargs{
      {"-0", "--null", "-o", "--open-tty", "-p", "--interactive", "-r", "--no-run-if-empty",
       "--replace", "-t", "--verbose", "-x", "--exit"},
      {"-I", "-n", "-P", "-L", "-d", "-E", "-s", "-a", "--max-args", "--max-procs", "--max-lines",
       "--max-chars", "--delimiter", "--arg-file"}};
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
    if (i + 1 < end && is_unknown(part, i + 1)) inner.unclear = unknown_program;
    inner.commands.push_back(text_from(part.words, i + 1, end));
    i = end;
  }
}

void take_shell(const ShellPart& part, Unwrapped& inner) {
  // bash takes these with one dash, too.
  static const Options long_options{"--debugger",   "--init-file", "--login", "--noediting",
                                    "--noprofile",  "--norc",      "--posix", "--rcfile",
                                    "--restricted", "--verbose"};
  bool has_command = false;
  bool reads_input = false;
  std::size_t at = 1;
  for (; at < part.words.size(); ++at) {
    const std::string& word = part.words[at];
    if (word == "--version" || word == "--help") return;
    if (!word.starts_with('-') && !word.starts_with('+')) break;
    if (is_unknown(part, at)) {
      inner.unclear = unknown_option;
      return;
    }
    if (word == "-" || word == "--") {
      ++at;
      break;
    }
    if (word.starts_with("--") || long_options.contains("-" + word)) {
      if (word.ends_with("-rcfile") || word.ends_with("-init-file")) ++at;
      continue;
    }
    has_command = has_command || word.contains('c');
    reads_input = reads_input || word.contains('s');
    const auto takes_word = [](char c) { return c == 'o' || c == 'O'; };
    at += static_cast<std::size_t>(std::ranges::count_if(word, takes_word));
  }
  if (has_command && at >= part.words.size()) return;
  if (has_command && part.has_expansion) {
    inner.unclear = "a command that is only known when it runs";
  } else if (has_command) {
    inner.commands.push_back(part.words[at]);
  } else if (reads_input || at >= part.words.size()) {
    inner.unclear = "a shell that reads its commands as they come";
  }
  // Else a script: what it does is not in the command.
}

/// Of the words of builtins that evaluate an index or a list also where quotes hide it.
bool may_be_evaluated(const std::string& word) {
  for (std::size_t i = word.find_first_of("[("); i < word.size(); ++i) {
    const std::string_view rest = std::string_view(word).substr(i);
    // What the shell itself puts there was taken apart already.
    const bool known = rest.starts_with("$(…)") || rest.starts_with("$((…))");
    if (rest.starts_with('`') || (rest.starts_with("$(") && !known)) return true;
  }
  return false;
}

void look_for_evaluated(ShellPart& part, Unwrapped& inner) {
  static const Options evaluating{"[",     "[[",      "declare", "export",    "getopts", "let",
                                  "local", "mapfile", "printf",  "readarray", "read",    "readonly",
                                  "test",  "typeset", "unset",   "wait"};
  const std::string& program = part.words.front();
  if (!evaluating.contains(program)) return;
  if (std::ranges::any_of(part.words, &may_be_evaluated)) inner.unclear = "an array's index";
  if (program == "printf" && part.words.size() > 1 && part.words[1].starts_with("-v")) {
    const bool separate = part.words[1] == "-v" && part.words.size() > 2;
    part.assignments.push_back((separate ? part.words[2] : part.words[1].substr(2)) + "=");
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
  bool was_wrapped = false;
  while (!part.words.empty()) {
    const auto wrapper = wrappers().find(program_name(part.words.front()));
    if (wrapper == wrappers().end()) break;
    const auto begin = command_in(part, wrapper->second);
    if (!begin) {
      inner.unclear = unknown_option;
      return inner;
    }
    // `env` alone prints the environment.
    if (*begin == part.words.size()) return inner;
    part.words.erase(part.words.begin(), part.words.begin() + static_cast<std::ptrdiff_t>(*begin));
    was_wrapped = true;
  }
  if (part.words.empty()) return inner;
  if (is_unknown(part, 0)) inner.unclear = unknown_program;
  look_for_evaluated(part, inner);
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
