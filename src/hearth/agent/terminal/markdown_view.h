#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hearth/agent/terminal/styled_text.h"

namespace hearth::agent {

/// Markdown (GitHub's dialect, HTML as text) as lines of at most `columns`. A link shows where it
/// leads behind its text. `text` has no terminal escapes.
std::vector<StyledLine> markdown_lines(std::string_view text, int columns);

/// Markdown that arrives in pieces: what cannot change any more is split off.
class MarkdownStream {
 public:
  void add(std::string_view piece) { text_ += piece; }
  /// The blocks that are whole, as Markdown; they are taken off. Empty if there are none.
  std::string take_whole_blocks();
  /// The block that is still being written.
  [[nodiscard]] const std::string& rest() const { return text_; }
  std::string take_rest();

 private:
  std::string text_;
};

}  // namespace hearth::agent
