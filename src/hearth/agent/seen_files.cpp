#include "hearth/agent/seen_files.h"

#include <functional>

namespace hearth::agent {

void SeenFiles::note(const std::filesystem::path& path, std::string_view content) {
  hashes_[path] = std::hash<std::string_view>{}(content);
}

SeenFiles SeenFiles::moved(const std::filesystem::path& from,
                           const std::filesystem::path& to) const {
  SeenFiles there;
  for (const auto& [path, hash] : hashes_) {
    there.hashes_[to / path.lexically_relative(from)] = hash;
  }
  return there;
}

SeenFiles::Knowledge SeenFiles::of(const std::filesystem::path& path,
                                   std::string_view content) const {
  const auto it = hashes_.find(path);
  if (it == hashes_.end()) return Knowledge::never_read;
  return it->second == std::hash<std::string_view>{}(content) ? Knowledge::current
                                                              : Knowledge::changed_since;
}

}  // namespace hearth::agent
