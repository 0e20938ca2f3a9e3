#include "hearth/kv/store.h"

#include <fmt/format.h>

#include <xxhash.h>

namespace hearth::kv {

std::string Key::hex() const {
  return fmt::format("{:016x}{:016x}", high, low);
}

Key key_of(const EntryInfo& entry) {
  // In one piece for one call of the hash: a copy of some kilobytes is cheaper than a running
  // state.
  std::vector<std::uint32_t> words;
  words.reserve(7 + entry.tokens.size());
  for (const std::uint64_t half : {entry.parent.high, entry.parent.low}) {
    words.push_back(static_cast<std::uint32_t>(half >> 32));
    words.push_back(static_cast<std::uint32_t>(half));
  }
  words.push_back(static_cast<std::uint32_t>(entry.kind));
  words.push_back(static_cast<std::uint32_t>(entry.begin));
  words.push_back(static_cast<std::uint32_t>(entry.end));
  words.insert(words.end(), entry.tokens.begin(), entry.tokens.end());

  const XXH128_hash_t hash = XXH3_128bits(words.data(), words.size() * sizeof(std::uint32_t));
  return {.high = hash.high64, .low = hash.low64};
}

}  // namespace hearth::kv
