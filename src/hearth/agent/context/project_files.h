#pragma once

#include <filesystem>

namespace hearth::agent {

/// The folder with `.git` at or above `folder`; `folder` itself if there is none.
std::filesystem::path repository_of(const std::filesystem::path& folder);

/// Whether a project may bring `file` to the model unasked, by its name, a link or an import: it
/// lies in the repository `root` or is a text among the user's own instructions, and no secret. A
/// cloned repository must not make the model read the user's other files.
bool project_may_lead_to(const std::filesystem::path& file, const std::filesystem::path& root);

}  // namespace hearth::agent
