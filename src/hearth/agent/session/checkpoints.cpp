#include "hearth/agent/session/checkpoints.h"

#include <fmt/format.h>
#include <re2/re2.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <string_view>
#include <utility>

#include "hearth/agent/plain_text.h"
#include "hearth/agent/process.h"
#include "hearth/base/file.h"
#include "hearth/base/log.h"
#include "hearth/base/sha256.h"

namespace hearth::agent {
namespace fs = std::filesystem;
namespace {

constexpr std::chrono::seconds git_patience{120};
constexpr std::size_t most_problems = 20'000;
constexpr std::size_t most_told = 500;

std::string hash_of(const fs::path& folder) {
  Sha256 hash;
  hash.update(folder.string());
  return hash.finish().substr(0, 16);
}

/// Those in `git ls-files --stage -z` that are kept by a commit's name.
std::vector<std::string> linked_repositories(std::string_view listed) {
  constexpr std::string_view link_mode = "160000 ";
  std::vector<std::string> names;
  while (!listed.empty()) {
    const std::size_t end = std::min(listed.find('\0'), listed.size());
    const std::string_view entry = listed.substr(0, end);
    const std::size_t tab = entry.find('\t');
    if (entry.starts_with(link_mode) && tab != std::string_view::npos) {
      names.emplace_back(entry.substr(tab + 1));
    }
    listed.remove_prefix(std::min(end + 1, listed.size()));
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

}  // namespace

Checkpoints::Checkpoints(const fs::path& store, fs::path folder)
    : repository_(store / hash_of(folder)), folder_(std::move(folder)) {}

Result<Checkpoints::Said> Checkpoints::run_git(const std::vector<std::string>& arguments,
                                               const std::string& input) {
  Command command{.line = {}, .folder = folder_, .timeout = git_patience};
  // The user's settings (hooks, signing, filters of line ends) have no say here.
  command.words = {"git",
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
  command.words.insert(command.words.end(), arguments.begin(), arguments.end());
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
    const auto added = run_git({"add", "--all", "--ignore-errors"}, {});
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

Result<void> Checkpoints::prepare() {
  if (prepared_) return {};
  std::error_code ec;
  if (!fs::exists(repository_ / "HEAD", ec)) {
    fs::create_directories(repository_, ec);
    if (const auto made = git({"init", "--quiet"}); !made) return std::unexpected(made.error());
    // Others on this machine need not read the files through us.
    fs::permissions(repository_, fs::perms::owner_all, ec);
  }
  std::ofstream exclude(repository_ / "info/exclude");
  exclude << "node_modules/\n.venv/\nvenv/\n__pycache__/\n.pytest_cache/\ntarget/\n.cache/\n";
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
  return keep(label.empty() ? "state" : label);
}

Result<Checkpoints::Restored> Checkpoints::restore(const std::string& state) {
  auto before = keep("before a restore");
  if (!before) return std::unexpected(before.error());
  const auto changes = git({"diff", "--name-status", "--no-renames", "-z", state, *before});
  if (!changes) return std::unexpected(changes.error());
  Restored restored{.changed = {}, .before = *before};
  std::string to_write;
  std::vector<std::string> to_delete;
  std::string_view rest = *changes;
  const auto next = [&] {
    const std::size_t end = std::min(rest.find('\0'), rest.size());
    std::string field(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return field;
  };
  while (!rest.empty()) {
    const std::string kind = next();
    const std::string name = next();
    if (name.empty()) break;
    restored.changed.push_back(name);
    if (kind == "A") {
      to_delete.push_back(name);
    } else {
      to_write += name;
      to_write += '\0';
    }
  }
  if (!to_write.empty()) {
    const auto written =
        git({"checkout", state, "--pathspec-from-file=-", "--pathspec-file-nul"}, to_write);
    if (!written) return std::unexpected(written.error());
  }
  for (const std::string& name : to_delete) {
    std::error_code ec;
    fs::remove(folder_ / name, ec);
    if (ec) {
      return fail(ErrorKind::io, fmt::format("{} could not be deleted: {}; all else is as it was",
                                             name, ec.message()));
    }
    // A folder that was made for it goes, too.
    for (fs::path parent = (folder_ / name).parent_path();
         parent != folder_ && fs::is_empty(parent, ec) && !ec; parent = parent.parent_path()) {
      fs::remove(parent, ec);
    }
  }
  return restored;
}

Result<std::string> Checkpoints::diff(const std::string& state) {
  const auto now = keep("for a diff");
  if (!now) return std::unexpected(now.error());
  return git({"diff", "--no-color", state, *now});
}

}  // namespace hearth::agent
