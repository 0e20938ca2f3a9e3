#include "hearth/agent/spawn.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string_view>

#include "hearth/base/file.h"

namespace hearth::agent {
namespace {

std::vector<std::string> environment_of(const Program& program) {
  std::vector<std::string> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (text.starts_with("TERM=") || text.starts_with("CLICOLOR_FORCE=") ||
        text.starts_with("FORCE_COLOR=") || text.starts_with("NODE_TEST_CONTEXT=")) {
      continue;
    }
    const std::string_view name = text.substr(0, text.find('='));
    if (std::ranges::find(program.unset, name) != program.unset.end()) continue;
    entries.emplace_back(text);
  }
  entries.insert(entries.end(), {"TERM=dumb", "NO_COLOR=1", "PAGER=cat", "GIT_PAGER=cat"});
  entries.insert(entries.end(), program.environment.begin(), program.environment.end());
  return entries;
}

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

/// Runs in the child between fork and exec: async-signal-safe calls only.
[[noreturn]] void become(const char* folder, const StandardStreams& streams, char* const* words,
                         char* const* environment) {
  ::setpgid(0, 0);
  const int null_fd = ::open("/dev/null", O_RDWR);
  if (null_fd < 0) ::_exit(126);
  const auto stream = [&](int wanted) { return wanted < 0 ? null_fd : wanted; };
  ::dup2(stream(streams.in), STDIN_FILENO);
  ::dup2(stream(streams.out), STDOUT_FILENO);
  ::dup2(stream(streams.err), STDERR_FILENO);
  if (null_fd > STDERR_FILENO) ::close(null_fd);
  ::signal(SIGINT, SIG_DFL);
  ::signal(SIGPIPE, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (::chdir(folder) != 0) ::_exit(126);
  ::execvpe(words[0], words, environment);
  ::_exit(127);
}

}  // namespace

std::string program_on_path(std::string_view name) {
  const char* path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "/usr/bin:/bin" : path;
  while (!rest.empty()) {
    const std::size_t colon = std::min(rest.find(':'), rest.size());
    const std::filesystem::path file = std::filesystem::path(rest.substr(0, colon)) / name;
    if (file.is_absolute() && ::access(file.c_str(), X_OK) == 0) return file.string();
    rest.remove_prefix(std::min(colon + 1, rest.size()));
  }
  return {};
}

Result<pid_t> spawn(const Program& program, const StandardStreams& streams) {
  const std::vector<std::string> entries = environment_of(program);
  const std::vector<char*> environment = pointers_to(entries);
  const std::vector<char*> words = pointers_to(program.words);
  // A program that has ended must not end us when it is written to.
  if (streams.in >= 0) ::signal(SIGPIPE, SIG_IGN);
  const pid_t child = ::fork();
  if (child < 0) {
    return fail(ErrorKind::io, fmt::format("cannot start a command: {}", system_reason(errno)));
  }
  if (child == 0) become(program.folder.c_str(), streams, words.data(), environment.data());
  ::setpgid(child, child);
  return child;
}

}  // namespace hearth::agent
