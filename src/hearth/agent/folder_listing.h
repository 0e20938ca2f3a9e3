#pragma once

#include <filesystem>
#include <string>

#include "hearth/agent/folder.h"

namespace hearth::agent {

/// What is in the folder `path`, sorted, one entry a line: folders with a slash, files with their
/// size, links with where they lead; a line at the end says what was left out. `name` is what the
/// model called it. Errors: io.
Result<std::string> folder_listing(const Folder& folder, const std::filesystem::path& path,
                                   const std::string& name);

}  // namespace hearth::agent
