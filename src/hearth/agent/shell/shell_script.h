#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hearth::agent {

/// One program that a shell command would run.
struct ShellPart {
  /// Without quotes; what an expansion will yield is not known and stands as written.
  std::vector<std::string> words;
  std::vector<std::string> assignments;  ///< "NAME=value" before it, also those of `env`
  std::vector<std::string> writes;       ///< files that redirections write
  std::vector<std::string> reads;        ///< files that redirections read
  std::vector<std::string> globs;        ///< those of all these that stand for names of files
  bool has_expansion = false;            ///< of its words, some are only known when it runs

  /// The words with one space between them: what rules are matched with.
  [[nodiscard]] std::string text() const;
};

/// A shell command taken apart: every program that it would run, also those behind `&&`, `|`, in
/// `$(…)`, in `bash -c '…'` and `eval`, and behind `env`, `timeout`, `sudo`, `xargs` or
/// `find -exec`.
struct ShellScript {
  std::vector<ShellPart> parts;
  bool loops = false;  ///< parts may run several times
  /// Why the parts are not all there is (a construct that is not taken apart, quotes that do not
  /// end, a program whose name is only known when it runs), or empty.
  std::string unclear;
};

/// Follows POSIX.1-2017, chapter 2 of Shell & Utilities, and bash's `[[`, `<(…)`, `$'…'` and `&>`.
ShellScript parse_shell(std::string_view command);

}  // namespace hearth::agent
