#pragma once

#include <cstddef>
#include <string_view>

namespace hearth::agent {

/// A user-perceived character (extended grapheme cluster, Unicode Standard Annex 29) and how many
/// columns a terminal gives it.
struct Grapheme {
  std::size_t bytes = 0;  ///< 0 only at the end of a text
  int columns = 0;        ///< 0 to 2
};

/// The grapheme of `text` (UTF-8) that begins at `at`. A byte that is no UTF-8 counts as one of its
/// own.
Grapheme grapheme_at(std::string_view text, std::size_t at);

/// Where the grapheme before `at` begins; 0 at the beginning.
std::size_t previous_grapheme(std::string_view text, std::size_t at);

/// How many columns `text`, which has no line ends, takes.
int columns_of(std::string_view text);

/// As much of the beginning of `text` as fits into `columns`.
std::string_view fitting(std::string_view text, int columns);

}  // namespace hearth::agent
