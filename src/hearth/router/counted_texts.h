#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string_view>

#include "hearth/base/recent_map.h"

namespace hearth::router {

/// Counts the tokens of prompts, of which most are an earlier one and some more turns: only what is
/// new is given to the tokenizer. Beginnings are known by hashes, the least recently used forgotten
/// first. Thread-safe.
class CountedTexts {
 public:
  /// Beginnings that are kept; each takes about 100 bytes.
  static constexpr std::size_t most = std::size_t{1} << 15;

  using Tokenize = std::function<std::size_t(std::string_view text)>;

  /// The tokens of `text`, which `tokenize` counts piece by piece, cut before each `mark`: what a
  /// tokenizer never joins with the text before it (a control token). Without a mark the text is
  /// one piece. `vocabulary`: whose tokens they are.
  std::size_t count(std::string_view vocabulary, std::string_view text, std::string_view mark,
                    const Tokenize& tokenize);

 private:
  std::mutex mutex_;
  RecentMap<std::uint64_t, std::size_t> known_{most};  ///< tokens up to a piece's end
};

}  // namespace hearth::router
