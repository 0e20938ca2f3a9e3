#pragma once

#include "hearth/agent/shell/shell_places.h"
#include "hearth/agent/shell/shell_script.h"

namespace hearth::agent {

/// Whether each part can only look, and only at files below `folders.root` that hold no secrets,
/// whatever symbolic links and patterns make of their names.
bool only_looks(const ShellScript& script, const ShellFolders& folders);

/// The same of one part, in any of `places`.
bool only_looks(const ShellPart& part, const std::filesystem::path& root,
                const ShellPlaces& places);

}  // namespace hearth::agent
