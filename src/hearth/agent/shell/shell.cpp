#include "hearth/agent/shell/shell.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "hearth/agent/plain_text.h"
#include "hearth/agent/shell/unwrap.h"
#include "hearth/agent/spawn.h"
#include "hearth/base/file.h"
#include "hearth/base/utf8.h"

namespace hearth::agent {
namespace fs = std::filesystem;
namespace {

constexpr const char* folder_file = ".working-folder";

std::string shell_program() {
  return ::access("/bin/bash", X_OK) == 0 ? "/bin/bash" : "/bin/sh";
}

/// The end of a file, from a line's beginning on.
std::string tail_of(const fs::path& path, std::size_t max) {
  auto content = read_file(path);
  if (!content) return {};
  if (content->size() > max) {
    content->erase(0, content->size() - max);
    content->erase(0, std::min(content->find('\n') + 1, content->size()));
  }
  return without_escapes(to_valid_utf8(*content));
}

}  // namespace

Shell::Shell(const Folder& folder, SandboxSettings settings, std::vector<std::string> environment)
    : folder_(folder),
      settings_(std::move(settings)),
      environment_(std::move(environment)),
      working_(folder.root()) {}

Shell::~Shell() {
  for (auto& [number, process] : jobs_) {
    reap(process, false);
    if (!process.status) {
      ::kill(-process.pid, SIGKILL);
      reap(process, true);
    }
  }
}

Result<void> Shell::prepare() {
  if (scratch_) return {};
  auto scratch = TemporaryFolder::make();
  if (!scratch) return std::unexpected(scratch.error());
  scratch_.emplace(std::move(*scratch));
  sandbox_.emplace(Sandbox::open(settings_, folder_.root(), scratch_->path()));
  return {};
}

bool Shell::sandboxed() {
  return prepare() && sandbox_->works();
}

std::string Shell::why_not_sandboxed() {
  const auto prepared = prepare();
  return prepared ? sandbox_->reason() : prepared.error().message;
}

std::vector<std::string> Shell::words_for(const std::string& line) {
  std::vector<std::string> words{shell_program(), "-c", line};
  return sandbox_->works() ? sandbox_->command(words, working_) : words;
}

std::vector<std::string> Shell::words_in_sandbox(const std::vector<std::string>& program) {
  if (!sandboxed()) return {};
  return sandbox_->command(program, folder_.root());
}

std::vector<std::string> Shell::unset() const {
  return sandbox_->works() ? Sandbox::secret_variables() : std::vector<std::string>();
}

std::string Shell::seen_from_inside(const std::string& file) const {
  return sandbox_->works() ? "/tmp/" + file : (scratch_->path() / file).string();
}

Result<Shell::Ran> Shell::run(const std::string& line, std::chrono::milliseconds timeout,
                              const std::stop_token& stop) {
  if (const auto prepared = prepare(); !prepared) return std::unexpected(prepared.error());
  const std::string output_file = fmt::format("output-{}.txt", ++commands_);
  const fs::path said = scratch_->path() / folder_file;
  std::error_code ec;
  fs::remove(said, ec);
  const std::string wrapped = fmt::format("trap 'pwd -P 2>/dev/null > {}' EXIT\n{}",
                                          shell_quoted(seen_from_inside(folder_file)), line);
  auto result = run_command({.line = {},
                             .folder = working_,
                             .timeout = timeout,
                             .environment = environment_,
                             .unset = unset(),
                             .words = words_for(wrapped),
                             .full_output = scratch_->path() / output_file},
                            stop);
  if (!result) return std::unexpected(result.error());
  Ran ran{.result = std::move(*result),
          .output_file = seen_from_inside(output_file),
          .hint = {},
          .left_folder = false};
  if (ran.result.exit_code != 0) ran.hint = sandbox_->hint(ran.result.output);
  if (const auto folder = read_file(said)) {
    const auto inside = folder_.resolve(trimmed(*folder));
    ran.left_folder = !inside;
    working_ = inside && fs::is_directory(*inside, ec) ? *inside : folder_.root();
  }
  return ran;
}

Result<int> Shell::start(const std::string& line) {
  if (const auto prepared = prepare(); !prepared) return std::unexpected(prepared.error());
  const int number = static_cast<int>(jobs_.size()) + 1;
  Process process{
      .line = line, .output = scratch_->path() / fmt::format("job-{}.txt", number), .status = {}};
  const int fd = ::open(process.output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) {
    return fail(ErrorKind::io,
                fmt::format("cannot keep the output of a command: {}", system_reason(errno)));
  }
  const Program program{
      .words = words_for(line), .folder = working_, .environment = environment_, .unset = unset()};
  const auto pid = spawn(program, {.in = -1, .out = fd, .err = fd});
  ::close(fd);
  if (!pid) return std::unexpected(pid.error());
  process.pid = *pid;
  jobs_.emplace(number, std::move(process));
  return number;
}

void Shell::reap(Process& process, bool wait) {
  if (process.status) return;
  int status = 0;
  if (::waitpid(process.pid, &status, wait ? 0 : WNOHANG) != process.pid) return;
  process.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::optional<Shell::Job> Shell::job(int number) {
  constexpr std::size_t most_output = 8'000;
  const auto found = jobs_.find(number);
  if (found == jobs_.end()) return std::nullopt;
  reap(found->second, false);
  return Job{.line = found->second.line,
             .running = !found->second.status,
             .exit_code = found->second.status.value_or(0),
             .output = tail_of(found->second.output, most_output)};
}

void Shell::end_job(int number) {
  const auto found = jobs_.find(number);
  if (found == jobs_.end()) return;
  reap(found->second, false);
  if (found->second.status) return;
  ::kill(-found->second.pid, SIGTERM);
  constexpr int patience = 50;
  for (int i = 0; i < patience && !found->second.status; ++i) {
    ::usleep(10'000);
    reap(found->second, false);
  }
  if (!found->second.status) {
    ::kill(-found->second.pid, SIGKILL);
    reap(found->second, true);
  }
}

}  // namespace hearth::agent
