#include "hearth/agent/terminal/file_index.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "hearth/agent/folder.h"
#include "hearth/agent/spawn.h"
#include "hearth/agent/terminal/fuzzy_match.h"

namespace hearth::agent {
namespace {

constexpr std::size_t most_files = 1'000'000;
/// The first batch is small, so that there is something to show at once; each one is twice as large
/// as the one before, up to the last.
constexpr std::size_t first_batch = 128;
constexpr std::size_t last_batch = 8192;

bool is_in_repository(const std::filesystem::path& folder) {
  std::error_code ec;
  for (auto at = folder;; at = at.parent_path()) {
    if (std::filesystem::exists(at / ".git", ec)) return true;
    if (at == at.root_path()) return false;
  }
}

}  // namespace

FileIndex::FileIndex(std::filesystem::path folder, std::function<void()> changed)
    : folder_(std::move(folder)), changed_(std::move(changed)) {
  refresh();
}

FileIndex::~FileIndex() = default;

void FileIndex::refresh() {
  thread_ = {};
  {
    const std::lock_guard lock(mutex_);
    if (done_) before_ = std::exchange(paths_, {});
    paths_.clear();
    done_ = false;
  }
  thread_ = std::jthread([this](const std::stop_token& stop) { list(stop); });
}

void FileIndex::wait_until_listed() {
  std::unique_lock lock(mutex_);
  listed_.wait(lock, [this] { return done_; });
}

void FileIndex::list(const std::stop_token& stop) {
  if (!list_by_git(stop)) list_by_walking(stop);
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
    before_.clear();
  }
  listed_.notify_all();
  if (changed_) changed_();
}

void FileIndex::add(std::vector<std::string>& batch) {
  {
    const std::lock_guard lock(mutex_);
    paths_.insert(paths_.end(), std::make_move_iterator(batch.begin()),
                  std::make_move_iterator(batch.end()));
  }
  batch.clear();
  if (changed_) changed_();
}

bool FileIndex::list_by_git(const std::stop_token& stop) {
  // Without asking it: to start a program takes as long as to list some thousand files.
  if (!is_in_repository(folder_)) return false;
  // What git knows is told at once; what it does not has to be looked for.
  if (!list_by_git({"--cached"}, stop)) return false;
  list_by_git({"--others", "--exclude-standard"}, stop);
  return true;
}

bool FileIndex::list_by_git(const std::vector<std::string>& which, const std::stop_token& stop) {
  std::vector<std::string> words{"git", "-c", "core.fsmonitor=false", "ls-files", "-z"};
  words.insert(words.end(), which.begin(), which.end());
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return false;
  const auto git = spawn({.words = words, .folder = folder_}, {.out = pipe[1]});
  ::close(pipe[1]);
  if (!git) {
    ::close(pipe[0]);
    return false;
  }
  std::vector<std::string> batch;
  std::string rest;
  std::array<char, 65536> bytes{};
  std::size_t files = 0;
  ssize_t got = 0;
  while (!stop.stop_requested() && files < most_files &&
         (got = ::read(pipe[0], bytes.data(), bytes.size())) > 0) {
    rest.append(bytes.data(), static_cast<std::size_t>(got));
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = rest.find('\0', begin)) != std::string::npos;
         begin = end + 1) {
      batch.push_back(rest.substr(begin, end - begin));
      ++files;
    }
    rest.erase(0, begin);
    if (batch.size() >= first_batch) add(batch);
  }
  ::close(pipe[0]);
  if (got != 0) ::kill(-*git, SIGKILL);
  int status = 0;
  ::waitpid(*git, &status, 0);
  if (files == 0 && status != 0 && !stop.stop_requested()) return false;
  add(batch);
  return true;
}

void FileIndex::list_by_walking(const std::stop_token& stop) {
  std::error_code ec;
  std::vector<std::string> batch;
  std::size_t files = 0;
  std::size_t batch_size = first_batch;
  const std::string above = (folder_ / "").string();
  std::filesystem::recursive_directory_iterator entry(
      folder_, std::filesystem::directory_options::skip_permission_denied, ec);
  for (; !ec && entry != std::filesystem::recursive_directory_iterator() && files < most_files;
       entry.increment(ec)) {
    if (stop.stop_requested()) return;
    std::error_code unknown;
    if (entry->is_directory(unknown) && !entry->is_symlink(unknown)) {
      if (is_hidden_folder(entry->path().filename().string())) entry.disable_recursion_pending();
      continue;
    }
    batch.push_back(entry->path().native().substr(above.size()));
    ++files;
    if (batch.size() >= batch_size) {
      add(batch);
      batch_size = std::min(2 * batch_size, last_batch);
    }
  }
  add(batch);
}

std::vector<std::string> FileIndex::find(std::string_view typed, std::size_t most) const {
  struct Match {
    int score;
    const std::string* path;
  };
  // The best, then the shortest, then by name, so that the order is the same each time.
  const auto better = [](const Match& a, const Match& b) {
    if (a.score != b.score) return a.score > b.score;
    if (a.path->size() != b.path->size()) return a.path->size() < b.path->size();
    return *a.path < *b.path;
  };
  std::vector<Match> matches;
  const std::lock_guard lock(mutex_);
  for (const std::string& path : before_.empty() ? paths_ : before_) {
    if (const auto score = fuzzy_score(typed, path)) matches.push_back({*score, &path});
  }
  const std::size_t count = std::min(most, matches.size());
  std::partial_sort(matches.begin(), matches.begin() + static_cast<std::ptrdiff_t>(count),
                    matches.end(), better);
  std::vector<std::string> paths;
  paths.reserve(count);
  for (std::size_t i = 0; i < count; ++i) paths.push_back(*matches[i].path);
  return paths;
}

std::size_t FileIndex::size() const {
  const std::lock_guard lock(mutex_);
  return paths_.size();
}

}  // namespace hearth::agent
