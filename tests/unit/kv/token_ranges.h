#pragma once

#include <cstdint>
#include <memory>
#include <numeric>
#include <vector>

#include "hearth/kv/archive.h"

namespace hearth::kv {

inline std::vector<Token> range(int from, int to) {
  std::vector<Token> tokens(static_cast<std::size_t>(to - from));
  std::iota(tokens.begin(), tokens.end(), from);
  return tokens;
}

inline std::vector<Token> joined(std::vector<Token> a, const std::vector<Token>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

inline std::shared_ptr<Archive> host_archive(std::uint64_t bytes = 1 << 20) {
  Archive::Options options;
  options.host_bytes = bytes;
  return std::make_shared<Archive>(std::move(options));
}

}  // namespace hearth::kv
