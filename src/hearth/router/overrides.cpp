#include "hearth/router/overrides.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "hearth/base/log.h"

namespace hearth::router {
namespace {

namespace fs = std::filesystem;

/// A session's id becomes a part of paths, and comes from whoever sends a request.
bool is_plain(std::string_view session) {
  const auto plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_';
  };
  return !session.empty() && session.size() <= 128 && std::ranges::all_of(session, plain);
}

/// Claude Code names a project's folder after its path: /home/me is -home-me.
std::vector<std::string> projects_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code ec;
  for (fs::directory_iterator entry(folder, ec), end; !ec && entry != end; entry.increment(ec)) {
    std::string name = entry->path().filename().string();
    if (name.starts_with('-') && entry->is_directory(ec)) names.push_back(std::move(name));
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace

std::vector<ProjectFile> project_files(const fs::path& folder) {
  std::vector<ProjectFile> found;
  std::error_code ec;
  for (const std::string& project : projects_in(folder)) {
    for (fs::directory_iterator entry(folder / project, ec), end; !ec && entry != end;
         entry.increment(ec)) {
      if (entry->path().extension() == ".json") found.push_back({project, entry->path()});
    }
  }
  return found;
}

RouterOverrides::RouterOverrides(OverridePlaces places, const Config& config,
                                 Environment environment)
    : places_(std::move(places)), config_(config), environment_(std::move(environment)) {}

std::shared_ptr<const RouterOverrides::Override> RouterOverrides::find(const std::string& session) {
  if (!is_plain(session)) return nullptr;
  const std::lock_guard lock(mutex_);
  list_projects();
  const std::string project = project_of(session);
  if (project.empty()) return nullptr;
  const fs::path folder = places_.folder / project;
  std::shared_ptr<const Override> broken;
  for (const std::string& name : {session + ".json", std::string("config.json")}) {
    auto found = read(folder / name);
    if (!found) continue;
    if (!found->routes) {
      if (!broken) broken = std::move(found);
    } else if (!broken) {
      return found;
    } else {
      // The session's file does not count, and the project's does.
      auto both = std::make_shared<Override>(*found);
      both->problem = broken->problem;
      return both;
    }
  }
  return broken;
}

void RouterOverrides::list_projects() {
  std::error_code ec;
  const auto changed = fs::last_write_time(places_.folder, ec);
  if (ec || changed == listed_) return;
  listed_ = changed;
  projects_ = projects_in(places_.folder);
}

/// Empty: none that has routes of its own. A session's first request may come before its
/// transcript, so only what was found is remembered.
std::string RouterOverrides::project_of(const std::string& session) {
  constexpr std::size_t most_known = 1000;
  if (const auto known = project_of_.find(session); known != project_of_.end()) {
    return known->second;
  }
  for (const std::string& project : projects_) {
    std::error_code ec;
    if (!fs::exists(places_.projects / project / (session + ".jsonl"), ec)) continue;
    if (project_of_.size() >= most_known) project_of_.clear();
    return project_of_[session] = project;
  }
  return {};
}

/// Null if there is no such file, or it names no routes.
std::shared_ptr<const RouterOverrides::Override> RouterOverrides::read(const fs::path& file) {
  std::error_code ec;
  const auto changed = fs::last_write_time(file, ec);
  if (ec) {
    read_.erase(file);
    return nullptr;
  }
  Read& known = read_[file];
  if (known.changed == changed) return known.what;
  known = {.changed = changed, .what = nullptr};
  auto routes = load_router(file, config_, environment_);
  if (!routes) {
    spdlog::warn("{}; it does not count", routes.error().message);
    known.what = std::make_shared<Override>(Override{file, std::nullopt, routes.error().message});
  } else if (*routes) {
    known.what = std::make_shared<Override>(Override{file, std::move(*routes), {}});
  }
  return known.what;
}

}  // namespace hearth::router
