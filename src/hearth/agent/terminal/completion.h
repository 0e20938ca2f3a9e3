#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::agent {

struct Suggestion {
  std::string text;  ///< what is put in
  std::string description = {};
};

/// What could stand at a place of a text, in place of its bytes from `begin` to the cursor.
struct Completion {
  std::size_t begin = 0;
  std::vector<Suggestion> suggestions;  ///< the best first
};

/// Where suggestions come from.
struct CompletionSources {
  std::function<std::vector<Suggestion>()> commands;  ///< without the slash
  std::function<std::vector<std::string>(std::string_view typed)> files;
};

/// Completes a command (`/` and its beginning are the whole text up to the cursor) or a file (`@`
/// at the beginning of a word). Nothing where neither is being written.
std::optional<Completion> complete_at(std::string_view text, std::size_t cursor,
                                      const CompletionSources& sources);

}  // namespace hearth::agent
