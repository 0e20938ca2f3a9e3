#include "hearth/router/key_hash.h"

#include "hearth/base/sha256.h"

namespace hearth::router {
namespace {

constexpr std::string_view scheme = "sha256:";
constexpr std::size_t hash_digits = 64;

}  // namespace

std::string key_hash(std::string_view key) {
  Sha256 hash;
  hash.update(key);
  return std::string(scheme) + hash.finish();
}

std::string stored_key_hash(std::string_view text) {
  if (text.starts_with(scheme) && text.size() == scheme.size() + hash_digits) {
    return std::string(text);
  }
  return key_hash(text);
}

}  // namespace hearth::router
