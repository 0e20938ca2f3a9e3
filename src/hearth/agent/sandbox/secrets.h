#pragma once

#include <filesystem>
#include <vector>

namespace hearth::agent {

/// Files and folders that exist and hold keys, tokens or passwords: at `home` (`.ssh`, `.aws`,
/// `.netrc`, …) and below `folder` (`.env`, private keys), where at most the first 500,000 entries
/// are looked at.
std::vector<std::filesystem::path> secrets_of(const std::filesystem::path& home,
                                              const std::filesystem::path& folder);

/// Whether a file of this name usually holds a secret.
bool is_secret_name(const std::string& name);

}  // namespace hearth::agent
