#pragma once

#include <map>
#include <string>
#include <string_view>

namespace hearth::agent {

/// A Markdown file with "---" lines around "name: value" lines at its top.
struct FrontMatter {
  std::map<std::string, std::string, std::less<>> fields;
  std::string body;
  /// A field's value; empty if there is none.
  [[nodiscard]] std::string field(std::string_view name) const;
};

/// Takes a file apart. Values are single lines, in quotes or not, or lists in square brackets,
/// which stay text; an indented line goes on with the value before it. No front matter is none.
FrontMatter parse_front_matter(std::string_view text);

}  // namespace hearth::agent
