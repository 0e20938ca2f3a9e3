#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hearth/agent/folder.h"

namespace hearth::agent {

/// The files in `folder` that a task names as `@path` or `@"path with blanks"`, each once. A word
/// with an `@` that names no file there is only a word.
std::vector<std::string> mentioned_files(std::string_view task, const Folder& folder);

}  // namespace hearth::agent
