#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hearth::agent {

struct EditStrings {
  std::string wanted;
  std::string replacement;
};

/// The edit as the model gave it, then with what models add to copied text taken off: a code fence
/// around it, line numbers in front, escapes of a second JSON or HTML encoding. The first is the
/// likeliest.
std::vector<EditStrings> readings_of(std::string_view wanted, std::string_view replacement);

/// Whether `text` has HTML's entities for signs of source code ("&lt;"), and `text` without them.
bool has_entities(std::string_view text);
std::string without_entities(std::string_view text);

/// A line such as "...", "# ... rest of the code ..." or "// existing code".
bool is_ellipsis(std::string_view line);

}  // namespace hearth::agent
