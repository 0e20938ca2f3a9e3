#pragma once

#include <filesystem>
#include <string>

namespace hearth {

/// "file:///home/me/a%20b.txt" (RFC 8089). REQUIRES: `path` is absolute.
std::string file_uri(const std::filesystem::path& path);

}  // namespace hearth
