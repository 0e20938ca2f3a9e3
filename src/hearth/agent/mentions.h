#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hearth/agent/folder.h"

namespace hearth::agent {

/// The files in `folder`, and images anywhere, that a task names as `@path` or `@"path with
/// blanks"`, each once. A word with an `@` that names no such file is only a word.
std::vector<std::string> mentioned_files(std::string_view task, const Folder& folder);

/// How an image is named in a task whose path was pasted, as terminals do it with a file that is
/// dropped on them: bare, in quotes, with escaped blanks, or as a `file:` URL. Empty for all else.
std::string mention_of_pasted_path(std::string_view pasted);

}  // namespace hearth::agent
