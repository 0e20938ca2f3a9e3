#include "hearth/agent/terminal/graphemes.h"

#include <algorithm>

#include <utf8proc.h>

namespace hearth::agent {
namespace {

struct CodePoint {
  utf8proc_int32_t value = 0xFFFD;
  std::size_t bytes = 1;
};

CodePoint code_point_at(std::string_view text, std::size_t at) {
  CodePoint point;
  utf8proc_int32_t value = 0;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): utf8proc's own type for bytes.
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at);
  const utf8proc_ssize_t got =
      utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size() - at), &value);
  if (got > 0 && value >= 0) point = {.value = value, .bytes = static_cast<std::size_t>(got)};
  return point;
}

}  // namespace

Grapheme grapheme_at(std::string_view text, std::size_t at) {
  constexpr utf8proc_int32_t emoji_presentation = 0xFE0F;
  Grapheme grapheme;
  if (at >= text.size()) return grapheme;
  const CodePoint first = code_point_at(text, at);
  grapheme.bytes = first.bytes;
  grapheme.columns = std::clamp(utf8proc_charwidth(first.value), 0, 2);
  CodePoint before = first;
  utf8proc_int32_t state = 0;
  while (at + grapheme.bytes < text.size()) {
    const CodePoint next = code_point_at(text, at + grapheme.bytes);
    if (utf8proc_grapheme_break_stateful(before.value, next.value, &state) != 0) break;
    grapheme.bytes += next.bytes;
    const bool wide = next.value == emoji_presentation && grapheme.columns == 1;
    grapheme.columns =
        wide ? 2 : std::max(grapheme.columns, std::clamp(utf8proc_charwidth(next.value), 0, 2));
    before = next;
  }
  return grapheme;
}

std::size_t previous_grapheme(std::string_view text, std::size_t at) {
  at = std::min(at, text.size());
  // A line end is always a border; from there on it is counted.
  const std::size_t line = at > 1 ? text.rfind('\n', at - 2) : std::string_view::npos;
  std::size_t begin = line == std::string_view::npos ? 0 : line + 1;
  std::size_t last = begin;
  while (begin < at) {
    last = begin;
    begin += std::max<std::size_t>(1, grapheme_at(text, begin).bytes);
  }
  return last;
}

int columns_of(std::string_view text) {
  int columns = 0;
  for (std::size_t i = 0; i < text.size();) {
    const Grapheme grapheme = grapheme_at(text, i);
    columns += grapheme.columns;
    i += grapheme.bytes;
  }
  return columns;
}

std::string_view fitting(std::string_view text, int columns) {
  std::size_t end = 0;
  while (end < text.size()) {
    const Grapheme grapheme = grapheme_at(text, end);
    if (grapheme.columns > columns) break;
    columns -= grapheme.columns;
    end += grapheme.bytes;
  }
  return text.substr(0, end);
}

}  // namespace hearth::agent
