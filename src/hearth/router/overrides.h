#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/router/config.h"

namespace hearth::router {

/// Where routes of single projects and sessions are looked for.
struct OverridePlaces {
  std::filesystem::path folder;    ///< the configuration's: FOLDER/PROJECT/config.json
  std::filesystem::path projects;  ///< Claude Code's transcripts: PROJECTS/PROJECT/SESSION.jsonl
};

/// A file that may hold a project's or a session's routes.
struct ProjectFile {
  std::string project;
  std::filesystem::path file;
};

/// All of `folder`, by project: FOLDER/PROJECT/*.json.
std::vector<ProjectFile> project_files(const std::filesystem::path& folder);

/// The routes that stand in place of the configuration's, in Claude Code Router's way: those of
/// FOLDER/PROJECT/SESSION.json, else of FOLDER/PROJECT/config.json, where a transcript says which
/// project a session belongs to. Changed files count at once. Thread-safe.
class RouterOverrides {
 public:
  /// `config`: whose providers they lead to. It must outlive this.
  RouterOverrides(OverridePlaces places, const Config& config, Environment environment);

  struct Override {
    std::filesystem::path file;
    std::optional<RouterConfig> routes;
    std::string problem;  ///< why the file, or one that would come before it, does not count
  };
  /// Null: the configuration's own count.
  [[nodiscard]] std::shared_ptr<const Override> find(const std::string& session);

 private:
  struct Read {
    std::filesystem::file_time_type changed;
    std::shared_ptr<const Override> what;
  };

  std::string project_of(const std::string& session);
  void list_projects();
  std::shared_ptr<const Override> read(const std::filesystem::path& file);

  const OverridePlaces places_;
  const Config& config_;
  const Environment environment_;
  std::mutex mutex_;
  std::filesystem::file_time_type listed_;  ///< when the folder had been changed last
  std::vector<std::string> projects_;       ///< those that have a folder for their routes
  std::map<std::string, std::string, std::less<>> project_of_;  ///< by session
  std::map<std::filesystem::path, Read> read_;
};

}  // namespace hearth::router
