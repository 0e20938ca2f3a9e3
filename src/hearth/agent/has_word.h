#pragma once

#include <string_view>

namespace hearth::agent {

/// Whether `word`, a name in code, stands in `text`, and not only as a part of a longer one.
inline bool has_word(std::string_view text, std::string_view word) {
  if (word.empty()) return false;
  const auto is_word = [](char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  };
  for (std::size_t at = text.find(word); at != std::string_view::npos;
       at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !is_word(text[at - 1])) && (end == text.size() || !is_word(text[end]))) {
      return true;
    }
  }
  return false;
}

}  // namespace hearth::agent
