#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hearth::agent {

struct LineEdit {
  char kind;  ///< ' ' in both, '-' only in the first, '+' only in the second
  std::string_view line;
};

/// A shortest way from the lines `a` to the lines `b`.
std::vector<LineEdit> line_edits(const std::vector<std::string_view>& a,
                                 const std::vector<std::string_view>& b);

/// What changed from `before` to `after`, as a unified diff with three lines of context and the
/// file's `name` in its head; empty if nothing did.
std::string unified_diff(std::string_view name, std::string_view before, std::string_view after);

}  // namespace hearth::agent
