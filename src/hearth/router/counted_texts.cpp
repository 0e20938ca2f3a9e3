#include "hearth/router/counted_texts.h"

#include <algorithm>
#include <vector>

namespace hearth::router {
namespace {

std::uint64_t chained(std::uint64_t before, std::string_view piece) {
  constexpr std::uint64_t odd = 0x9e3779b97f4a7c15;
  return (before ^ (before >> 29U)) * odd + std::hash<std::string_view>{}(piece);
}

struct Piece {
  std::string_view text;
  std::uint64_t hash;  ///< with all pieces before it
};

std::vector<Piece> pieces_of(std::string_view vocabulary, std::string_view text,
                             std::string_view mark) {
  std::vector<Piece> pieces;
  std::uint64_t hash = chained(0, vocabulary);
  while (!text.empty()) {
    std::size_t end = text.size();
    if (!mark.empty()) end = std::min(end, text.find(mark, 1));
    const std::string_view piece = text.substr(0, end);
    hash = chained(hash, piece);
    pieces.push_back({piece, hash});
    text.remove_prefix(end);
  }
  return pieces;
}

}  // namespace

std::size_t CountedTexts::count(std::string_view vocabulary, std::string_view text,
                                std::string_view mark, const Tokenize& tokenize) {
  const std::vector<Piece> pieces = pieces_of(vocabulary, text, mark);
  std::size_t next = pieces.size();
  std::size_t total = 0;
  {
    const std::lock_guard lock(mutex_);
    for (; next > 0; --next) {
      if (const std::size_t* known = known_.find(pieces[next - 1].hash)) {
        total = *known;
        break;
      }
    }
    // Those before it are as much in use.
    for (std::size_t i = 0; i < next; ++i) {
      if (known_.find(pieces[i].hash) != nullptr) known_.use(pieces[i].hash);
    }
  }
  for (; next < pieces.size(); ++next) {
    total += tokenize(pieces[next].text);
    const std::lock_guard lock(mutex_);
    known_.use(pieces[next].hash) = total;
  }
  return total;
}

}  // namespace hearth::router
