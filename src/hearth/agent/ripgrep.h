#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "hearth/agent/folder.h"

namespace hearth::agent {

/// The files of the folder in which ripgrep finds a line that matches `pattern`, sorted, without
/// those that git ignores or the folder leaves out. Nothing where ripgrep is not installed, or does
/// not understand the pattern.
std::optional<std::vector<std::string>> files_by_ripgrep(const Folder& folder,
                                                         const std::string& pattern,
                                                         const std::stop_token& stop);

}  // namespace hearth::agent
