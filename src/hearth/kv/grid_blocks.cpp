#include "hearth/kv/grid_blocks.h"

#include <xxhash.h>

namespace hearth::kv {
namespace {

/// Tokens are not negative, and stay so.
constexpr std::uint64_t token_bits = 0x7fffffff;

}  // namespace

std::vector<Token> bound_blocks(TokenSpan tokens, int grid) {
  const auto size = static_cast<std::size_t>(grid);
  const std::size_t whole = tokens.size() / size * size;
  std::vector<Token> bound(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(whole));
  for (std::size_t begin = 0; begin < whole; begin += size) {
    const TokenSpan others = tokens.subspan(begin + 1, size - 1);
    bound[begin] ^=
        static_cast<Token>(XXH3_64bits(others.data(), others.size_bytes()) & token_bits);
  }
  return bound;
}

}  // namespace hearth::kv
