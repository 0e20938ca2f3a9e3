#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "hearth/base/error.h"

namespace hearth::cli {

struct ImportedConfig {
  std::filesystem::path source;
  std::string text;  ///< a configuration of Hearth's
  /// What was not taken over.
  std::vector<std::string> notes;
};

/// Begins with `source`, or with what `find` finds where that is empty.
Result<ImportedConfig> import_of(const std::filesystem::path& source,
                                 Result<std::filesystem::path> (*find)());

/// The configuration of Claude Code Router in `source`: a config.json (1 and 2), which is taken as
/// it stands, or a config.sqlite (3), whose providers and rules are taken, with the routes of the
/// configuration before the upgrade, which it keeps but does not use. Empty: what is in
/// ~/.claude-code-router, the newer one first. Nothing there is changed. Errors: not_found, io;
/// invalid_request for a file that is neither.
Result<ImportedConfig> import_router_config(const std::filesystem::path& source);

/// Copies the routes of single projects and sessions, FOLDER/PROJECT/*.json, that lie beside an
/// imported configuration into the folder of ours. What is there already stays, unless `force`.
/// Returns the projects. Errors: io.
Result<std::vector<std::string>> copy_project_routes(const std::filesystem::path& from,
                                                     const std::filesystem::path& to, bool force);

}  // namespace hearth::cli
