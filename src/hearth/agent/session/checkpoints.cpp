#include "hearth/agent/session/checkpoints.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <re2/re2.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "hearth/agent/plain_text.h"
#include "hearth/agent/process.h"
#include "hearth/base/clock.h"
#include "hearth/base/file.h"
#include "hearth/base/log.h"
#include "hearth/base/sha256.h"

namespace hearth::agent {
namespace fs = std::filesystem;
namespace {

constexpr std::chrono::seconds git_patience{120};
constexpr std::chrono::seconds lock_patience{30};
constexpr std::size_t most_problems = 20'000;
constexpr std::size_t most_told = 500;

std::string hash_of(const fs::path& folder) {
  Sha256 hash;
  hash.update(folder.string());
  return hash.finish().substr(0, 16);
}

/// The parts of what git lists with -z.
std::vector<std::string> fields_of(std::string_view listed) {
  std::vector<std::string> fields;
  while (!listed.empty()) {
    const std::size_t end = std::min(listed.find('\0'), listed.size());
    fields.emplace_back(listed.substr(0, end));
    listed.remove_prefix(std::min(end + 1, listed.size()));
  }
  return fields;
}

/// Names as git reads them with -z.
std::string with_zeros(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += name;
    text += '\0';
  }
  return text;
}

/// Those in `git ls-files --stage -z` that are kept by a commit's name.
std::vector<std::string> linked_repositories(std::string_view listed) {
  constexpr std::string_view link_mode = "160000 ";
  std::vector<std::string> names;
  for (const std::string& entry : fields_of(listed)) {
    const std::size_t tab = entry.find('\t');
    if (entry.starts_with(link_mode) && tab != std::string::npos) {
      names.push_back(entry.substr(tab + 1));
    }
  }
  return names;
}

std::vector<std::string> repositories_without_commit(const std::string& problems) {
  static const RE2 pattern("(?m)^error: '(.+)/' does not have a commit checked out$");
  std::vector<std::string> names;
  re2::StringPiece rest(problems);
  std::string name;
  while (RE2::FindAndConsume(&rest, pattern, &name)) names.push_back(name);
  return names;
}

/// Nothing if there is none but git's own.
std::optional<fs::path> a_file_in(const fs::path& folder) {
  std::error_code ec;
  constexpr auto skip = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator it(folder, skip, ec), end; !ec && it != end;
       it.increment(ec)) {
    if (it->path().filename() == ".git") {
      it.disable_recursion_pending();
    } else if (it->is_regular_file(ec)) {
      return it->path();
    }
  }
  return std::nullopt;
}

bool is_gitignore(const std::string& name) {
  return fs::path(name).filename() == ".gitignore";
}

/// Those in `folder`, and folders that are empty then. Errors: io; the rest was not deleted.
Result<void> delete_files(const fs::path& folder, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    std::error_code ec;
    fs::remove(folder / name, ec);
    if (ec) {
      return fail(ErrorKind::io, fmt::format("{} could not be deleted: {}; all else is as it was",
                                             name, ec.message()));
    }
    // A folder that was made for it goes, too.
    for (fs::path parent = (folder / name).parent_path();
         parent != folder && fs::is_empty(parent, ec) && !ec; parent = parent.parent_path()) {
      fs::remove(parent, ec);
    }
  }
  return {};
}

/// What git's variables name is the user's: the repository of a hook that runs us, for one.
std::vector<std::string> variables_of_git() {
  std::vector<std::string> names;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (text.starts_with("GIT_")) names.emplace_back(text.substr(0, text.find('=')));
  }
  return names;
}

}  // namespace

Checkpoints::Checkpoints(const fs::path& store, fs::path folder)
    : repository_(store / hash_of(folder)), folder_(std::move(folder)) {}

Result<Descriptor> Checkpoints::hold() const {
  std::error_code ec;
  fs::create_directories(repository_, ec);
  const fs::path file = repository_ / "hearth-lock";
  Descriptor lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock.is_open()) {
    return fail(ErrorKind::io,
                fmt::format("cannot open {}: {}", file.string(), system_reason(errno)));
  }
  const auto began = Clock::now();
  while (::flock(lock.fd(), LOCK_EX | LOCK_NB) != 0) {
    // Some file systems have no locks; there we do without.
    if (errno != EWOULDBLOCK && errno != EINTR) break;
    if (Clock::now() - began > lock_patience) {
      return fail(ErrorKind::unavailable,
                  "another hearth keeps the states of this folder's files "
                  "at present; try again once it is done");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  // A git that was killed has left them, since nobody else is at work here.
  for (const char* left : {"index.lock", "packed-refs.lock"}) fs::remove(repository_ / left, ec);
  return lock;
}

Result<Checkpoints::Said> Checkpoints::run(std::vector<std::string> words,
                                           const std::string& input) {
  Command command{.line = {}, .folder = folder_, .timeout = git_patience};
  command.words = std::move(words);
  command.unset = variables_of_git();
  command.environment = {"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
                         "GIT_AUTHOR_NAME=hearth",      "GIT_AUTHOR_EMAIL=hearth@localhost",
                         "GIT_COMMITTER_NAME=hearth",   "GIT_COMMITTER_EMAIL=hearth@localhost",
                         "GIT_TERMINAL_PROMPT=0",       "LC_ALL=C"};
  command.input = input;
  // As bytes: names may hold anything.
  command.full_output = repository_ / "hearth-output";
  const auto result = run_command(command, {});
  if (!result) return std::unexpected(result.error());
  if (result->exit_code == 127) {
    return fail(ErrorKind::unavailable, "git is not installed; install it for /undo");
  }
  auto output = read_file(command.full_output);
  if (!output) return std::unexpected(output.error());
  return Said{std::move(*output), std::string(trimmed(result->output.substr(0, most_problems))),
              result->end == CommandResult::End::exited ? result->exit_code : -1};
}

Result<Checkpoints::Said> Checkpoints::run_git(const std::vector<std::string>& arguments,
                                               const std::string& input) {
  // The user's settings (hooks, signing, filters of line ends) have no say here.
  std::vector<std::string> words{"git",
                                 "-c",
                                 "core.hooksPath=/dev/null",
                                 "-c",
                                 "core.autocrlf=false",
                                 "-c",
                                 "commit.gpgSign=false",
                                 "-c",
                                 "gc.auto=0",
                                 "-c",
                                 "core.quotePath=false",
                                 "-c",
                                 "advice.addEmbeddedRepo=false",
                                 "--git-dir=" + repository_.string(),
                                 "--work-tree=" + folder_.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return run(std::move(words), input);
}

Result<std::string> Checkpoints::git(const std::vector<std::string>& arguments,
                                     const std::string& input) {
  auto said = run_git(arguments, input);
  if (!said) return std::unexpected(said.error());
  if (said->exit_code == 0) return std::move(said->output);
  return fail(ErrorKind::io,
              fmt::format("git {}: {}", arguments.front(), said->problems.substr(0, most_told)));
}

Result<void> Checkpoints::add_all() {
  constexpr int deepest = 8;
  for (int depth = 0; depth < deepest; ++depth) {
    // 1: some file cannot be read, and cannot be brought back therefore. The others can.
    const std::vector<std::string> add{"add", "--all", "--ignore-errors"};
    auto added = run_git(add, {});
    if (added && added->exit_code > 1 && added->problems.find("index") != std::string::npos) {
      // A crash spoilt it. It can always be made anew.
      start_index_anew();
      added = run_git(add, {});
    }
    if (!added) return std::unexpected(added.error());
    if (added->exit_code < 0 || added->exit_code > 1) {
      return fail(ErrorKind::io, "git add: " + added->problems.substr(0, most_told));
    }
    const auto listed = git({"ls-files", "--stage", "-z"});
    if (!listed) return std::unexpected(listed.error());
    auto repositories = linked_repositories(*listed);
    const auto without_commit = repositories_without_commit(added->problems);
    repositories.insert(repositories.end(), without_commit.begin(), without_commit.end());
    if (!open_repositories(repositories)) break;
  }
  return {};
}

bool Checkpoints::open_repositories(const std::vector<std::string>& names) {
  // Git follows what it knows a file of, and keeps of others the name of a commit.
  std::string files;
  for (const std::string& name : names) {
    const auto file = a_file_in(folder_ / name);
    if (!file) continue;
    if (!git({"rm", "--quiet", "--force", "--cached", "--ignore-unmatch", "--", name})) continue;
    files += fs::path(*file).lexically_relative(folder_).generic_string();
    files += '\0';
  }
  return !files.empty() && git({"update-index", "--add", "-z", "--stdin"}, files).has_value();
}

void Checkpoints::start_index_anew() {
  std::error_code ec;
  for (const char* name : {"index.lock", "index"}) fs::remove(repository_ / name, ec);
  add_tracked_though_ignored();
}

void Checkpoints::add_tracked_though_ignored() {
  // By the project's own git; a program that watches its files is not to be started.
  const auto listed =
      run({"git", "-c", "core.fsmonitor=false", "ls-files", "-z", "--cached", "--ignored",
           "--exclude-standard", "--exclude-from=" + (repository_ / "info/exclude").string()},
          {});
  if (!listed || listed->exit_code != 0) return;
  std::vector<std::string> names = fields_of(listed->output);
  std::erase_if(names, [&](const std::string& name) {
    std::error_code ec;
    const auto status = fs::symlink_status(folder_ / name, ec);
    return !fs::is_regular_file(status) && !fs::is_symlink(status);
  });
  if (names.empty()) return;
  // From now on git follows them as it does all others that it knows.
  const auto added = git({"update-index", "--add", "-z", "--stdin"}, with_zeros(names));
  if (!added) spdlog::debug("{}", added.error().message);
}

Result<void> Checkpoints::prepare() {
  if (prepared_) return {};
  std::error_code ec;
  if (!fs::exists(repository_ / "HEAD", ec)) {
    fs::create_directories(repository_, ec);
    if (const auto made = git({"init", "--quiet"}); !made) return std::unexpected(made.error());
    // Others on this machine need not read the files through us.
    fs::permissions(repository_, fs::perms::owner_all, ec);
  }
  fs::create_directories(repository_ / "info", ec);
  std::ofstream(repository_ / "info/exclude")
      << "node_modules/\n.venv/\nvenv/\n__pycache__/\n.pytest_cache/\ntarget/\n.cache/\n";
  // Stronger than the project's `.gitattributes`, which would have other bytes come back.
  const fs::path attributes = repository_ / "info/attributes";
  const bool as_they_are = fs::exists(attributes, ec);
  std::ofstream(attributes) << "* -text -ident -filter !working-tree-encoding\n";
  if (as_they_are) {
    add_tracked_though_ignored();
  } else {
    // Nor is it known of an older index which bytes it means.
    start_index_anew();
  }
  prepared_ = true;
  forget_old_states();
  return {};
}

void Checkpoints::forget_old_states() {
  constexpr std::size_t most_states = 4000;
  constexpr std::size_t kept_states = 2000;
  const auto listed =
      git({"for-each-ref", "--sort=-creatordate", "--format=delete %(refname)", "refs/states"});
  if (!listed) return;
  const auto lines = lines_of(*listed);
  if (lines.size() <= most_states) return;
  std::string old;
  for (std::size_t i = kept_states; i < lines.size(); ++i) old += std::string(lines[i]) + "\n";
  const auto forgotten = git({"update-ref", "--stdin"}, old);
  // What is not collected now is the next time.
  const auto collected = forgotten ? git({"gc", "--quiet", "--prune=now"}) : forgotten;
  if (!collected) spdlog::debug("{}", collected.error().message);
}

Result<std::string> Checkpoints::keep(const std::string& label) {
  if (const auto prepared = prepare(); !prepared) return std::unexpected(prepared.error());
  if (const auto added = add_all(); !added) return std::unexpected(added.error());
  const auto tree = git({"write-tree"});
  if (!tree) return tree;
  const auto commit = git({"commit-tree", std::string(trimmed(*tree)), "-F", "-"}, label);
  if (!commit) return commit;
  std::string name(trimmed(*commit));
  // A reference of its own keeps it from being collected.
  if (const auto kept = git({"update-ref", "refs/states/" + name, name}); !kept) {
    return std::unexpected(kept.error());
  }
  return name;
}

Result<std::string> Checkpoints::take(const std::string& label) {
  const auto held = hold();
  if (!held) return std::unexpected(held.error());
  return keep(label.empty() ? "state" : label);
}

std::vector<std::string> Checkpoints::ignored_among(const std::vector<std::string>& names) {
  if (names.empty()) return {};
  const auto said = run_git({"check-ignore", "--no-index", "-z", "--stdin"}, with_zeros(names));
  // 1: none of them is.
  if (!said || said->exit_code != 0) return {};
  return fields_of(said->output);
}

Result<Checkpoints::Restored> Checkpoints::restore(const std::string& state) {
  const auto held = hold();
  if (!held) return std::unexpected(held.error());
  auto before = keep("before a restore");
  if (!before) return std::unexpected(before.error());
  const auto changes = git({"diff", "--name-status", "--no-renames", "-z", state, *before});
  if (!changes) return std::unexpected(changes.error());
  Restored restored{.changed = {}, .before = *before};
  std::vector<std::string> to_write;
  std::vector<std::string> to_delete;
  const auto fields = fields_of(*changes);
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    (fields[i] == "A" ? to_delete : to_write).push_back(fields[i + 1]);
  }
  if (!to_write.empty()) {
    const auto written = git({"checkout", state, "--pathspec-from-file=-", "--pathspec-file-nul"},
                             with_zeros(to_write));
    if (!written) return std::unexpected(written.error());
  }
  // What was not kept then may have been there all the same. Which files are not is said by what
  // was there then, so newer rules go first.
  const auto others = std::ranges::stable_partition(to_delete, is_gitignore);
  const std::vector<std::string> maybe(others.begin(), others.end());
  to_delete.erase(others.begin(), others.end());
  if (const auto gone = delete_files(folder_, to_delete); !gone) {
    return std::unexpected(gone.error());
  }
  const auto ignored = ignored_among(maybe);
  std::vector<std::string> made_since;
  std::ranges::copy_if(maybe, std::back_inserter(made_since), [&](const std::string& name) {
    return std::ranges::find(ignored, name) == ignored.end();
  });
  if (const auto gone = delete_files(folder_, made_since); !gone) {
    return std::unexpected(gone.error());
  }
  for (const auto* names : {&to_write, &to_delete, &made_since}) {
    restored.changed.insert(restored.changed.end(), names->begin(), names->end());
  }
  std::ranges::sort(restored.changed);
  return restored;
}

Result<std::string> Checkpoints::diff(const std::string& state) {
  const auto held = hold();
  if (!held) return std::unexpected(held.error());
  const auto now = keep("for a diff");
  if (!now) return std::unexpected(now.error());
  return git({"diff", "--no-color", state, *now});
}

}  // namespace hearth::agent
