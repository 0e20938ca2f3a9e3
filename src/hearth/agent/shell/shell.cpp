#include "hearth/agent/shell/shell.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "hearth/agent/plain_text.h"
#include "hearth/agent/shell/unwrap.h"
#include "hearth/agent/spawn.h"
#include "hearth/base/file.h"

namespace hearth::agent {
namespace fs = std::filesystem;
namespace {

constexpr const char* folder_file = ".working-folder";

std::string shell_program() {
  return ::access("/bin/bash", X_OK) == 0 ? "/bin/bash" : "/bin/sh";
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
  if (sandbox_->works() && ran.result.end == CommandResult::End::exited) {
    const std::string news = sandbox_->news();
    ran.hint += (ran.hint.empty() || news.empty() ? "" : "\n") + news;
  }
  // The command could put anything in its place.
  constexpr std::size_t longest_path = 65536;
  if (const auto folder = read_text_file(said, folder_file, longest_path)) {
    const auto inside = folder_.resolve(trimmed(*folder));
    ran.left_folder = !inside;
    working_ = inside && fs::is_directory(*inside, ec) ? *inside : folder_.root();
  }
  return ran;
}

Result<int> Shell::start(const std::string& line) {
  if (const auto prepared = prepare(); !prepared) return std::unexpected(prepared.error());
  const int number = static_cast<int>(jobs_.size()) + 1;
  std::array<int, 2> pipe{-1, -1};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) {
    return fail(ErrorKind::io,
                fmt::format("cannot keep the output of a command: {}", system_reason(errno)));
  }
  Descriptor to_read(pipe[0]);
  const Program program{
      .words = words_for(line), .folder = working_, .environment = environment_, .unset = unset()};
  const auto pid = spawn(program, {.in = -1, .out = pipe[1], .err = pipe[1]});
  ::close(pipe[1]);
  if (!pid) return std::unexpected(pid.error());
  jobs_.emplace(number, Process{.line = line,
                                .pid = *pid,
                                .output = std::make_unique<JobOutput>(std::move(to_read)),
                                .status = {}});
  return number;
}

void Shell::reap(Process& process, bool wait) {
  if (process.status) return;
  int status = 0;
  if (::waitpid(process.pid, &status, wait ? 0 : WNOHANG) != process.pid) return;
  process.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::optional<Shell::Job> Shell::job(int number) {
  const auto found = jobs_.find(number);
  if (found == jobs_.end()) return std::nullopt;
  reap(found->second, false);
  return Job{.line = found->second.line,
             .running = !found->second.status,
             .exit_code = found->second.status.value_or(0),
             .output = found->second.output->tail()};
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
