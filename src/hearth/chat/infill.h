#pragma once

#include <string>
#include <vector>

namespace hearth::chat {

/// What stands around a gap that a model is to fill, besides the text before it.
struct Infill {
  struct Snippet {
    std::string filename;
    std::string text;
  };
  std::string suffix;
  std::vector<Snippet> others;  ///< of other files, the least important first
};

}  // namespace hearth::chat
