#include "hearth/agent/trial.h"

#include <fmt/format.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "hearth/agent/folder.h"
#include "hearth/base/file.h"

namespace hearth::agent {
namespace fs = std::filesystem;
namespace {

bool is_dependency_folder(std::string_view name) {
  return name == "node_modules" || name == ".venv" || name == "venv";
}

void copy_tree(const fs::path& from, const fs::path& to, std::error_code& ec) {
  fs::create_directories(to, ec);
  for (fs::directory_iterator it(from, ec); !ec && it != fs::directory_iterator();
       it.increment(ec)) {
    const fs::path target = to / it->path().filename();
    const std::string name = it->path().filename().string();
    std::error_code entry_error;
    if (it->is_symlink(entry_error)) {
      fs::copy_symlink(it->path(), target, ec);
    } else if (it->is_directory(entry_error)) {
      if (is_dependency_folder(name)) {
        fs::create_directory_symlink(it->path(), target, ec);
      } else if (!is_hidden_folder(name)) {
        copy_tree(it->path(), target, ec);
      }
    } else if (it->is_regular_file(entry_error)) {
      fs::copy_file(it->path(), target, ec);
      // Equal times keep make from rebuilding what did not change.
      const auto time = fs::last_write_time(it->path(), entry_error);
      if (!entry_error) fs::last_write_time(target, time, entry_error);
    }
    if (ec) return;
  }
}

}  // namespace

Result<FolderCopy> FolderCopy::make(const fs::path& folder) {
  auto base = TemporaryFolder::make();
  if (!base) return pass_on(base);
  std::error_code ec;
  FolderCopy copy(std::move(*base));
  // The folder keeps its name: some build systems look at it.
  copy.path_ = copy.base_.path() / (folder.filename().empty() ? "work" : folder.filename());
  copy_tree(folder, copy.path_, ec);
  if (ec) {
    return fail(ErrorKind::io,
                fmt::format("cannot copy {} to try a change: {}", folder.string(), ec.message()));
  }
  return copy;
}

FolderCopy::FolderCopy(TemporaryFolder base) : base_(std::move(base)) {}

MakeChange write_files(std::vector<Change> changes) {
  return [changes = std::move(changes)](const fs::path& copy) -> Result<void> {
    for (const Change& change : changes) {
      if (auto written = write_file_atomically(copy / change.file, change.content); !written) {
        return written;
      }
    }
    return {};
  };
}

Result<CommandResult> run_trial(const fs::path& folder, const MakeChange& change,
                                const TrialCheck& check, const std::stop_token& stop) {
  auto copy = FolderCopy::make(folder);
  if (!copy) return pass_on(copy);
  if (change) {
    if (auto changed = change(copy->path()); !changed) return pass_on(changed);
  }
  Command command{.line = check.line,
                  .folder = copy->path(),
                  .timeout = check.timeout,
                  .environment = {"PYTHONDONTWRITEBYTECODE=1"}};
  if (!check.sandbox) return run_command(command, stop);
  auto scratch = TemporaryFolder::make();
  if (!scratch) return pass_on(scratch);
  SandboxSettings settings = check.sandbox->settings;
  // Dependencies in the copy are links into the folder.
  settings.readable.push_back(folder.string());
  const Sandbox sandbox = Sandbox::open(settings, copy->path(), scratch->path());
  if (!sandbox.works()) return fail(ErrorKind::unavailable, sandbox.reason());
  command.words = sandbox.command({"/bin/sh", "-c", check.line}, copy->path());
  command.unset = Sandbox::secret_variables();
  const auto& more = check.sandbox->environment;
  command.environment.insert(command.environment.end(), more.begin(), more.end());
  return run_command(command, stop);
}

struct TrialQueue::State {
  struct Job {
    std::size_t id;
    MakeChange change;
  };
  fs::path folder;
  TrialCheck check;
  mutable std::mutex mutex;
  std::condition_variable_any wake;
  std::deque<Job> waiting;
  std::vector<Done> done;
  std::size_t unfinished = 0;
  std::vector<std::jthread> workers;

  void work(const std::stop_token& stop) {
    while (true) {
      std::unique_lock lock(mutex);
      if (!wake.wait(lock, stop, [&] { return !waiting.empty(); })) return;
      const Job job = std::move(waiting.front());
      waiting.pop_front();
      lock.unlock();
      auto result = run_trial(folder, job.change, check, stop);
      lock.lock();
      done.push_back({job.id, std::move(result)});
    }
  }
};

TrialQueue::TrialQueue(fs::path folder, TrialCheck check, std::size_t parallel)
    : state_(std::make_unique<State>()) {
  state_->folder = std::move(folder);
  state_->check = std::move(check);
  for (std::size_t i = 0; i < parallel; ++i) {
    state_->workers.emplace_back(
        [state = state_.get()](const std::stop_token& stop) { state->work(stop); });
  }
}

TrialQueue::~TrialQueue() {
  for (std::jthread& worker : state_->workers) worker.request_stop();
  state_->workers.clear();
}

void TrialQueue::submit(std::size_t id, MakeChange change) {
  {
    const std::lock_guard lock(state_->mutex);
    state_->waiting.push_back({id, std::move(change)});
    ++state_->unfinished;
  }
  state_->wake.notify_one();
}

std::vector<TrialQueue::Done> TrialQueue::take_done() {
  const std::lock_guard lock(state_->mutex);
  state_->unfinished -= state_->done.size();
  return std::exchange(state_->done, {});
}

std::size_t TrialQueue::pending() const {
  const std::lock_guard lock(state_->mutex);
  return state_->unfinished;
}

}  // namespace hearth::agent
