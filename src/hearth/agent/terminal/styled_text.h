#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hearth::agent {

/// What a piece of text is. A Theme says what that looks like.
enum class Role {
  plain,
  muted,
  accent,
  user,
  heading,
  link,
  code,
  keyword,
  string,
  number,
  comment,
  added,
  removed,
  warning,
  error,
};

struct TextStyle {
  Role role = Role::plain;
  bool bold = false;
  bool italic = false;
  bool underlined = false;
  bool struck = false;
  bool reversed = false;
  bool operator==(const TextStyle&) const = default;
};

inline constexpr TextStyle muted_style{.role = Role::muted};

/// Without escapes, control characters and line ends.
struct Span {
  std::string text;
  TextStyle style = {};
  bool operator==(const Span&) const = default;
};

using StyledLine = std::vector<Span>;

StyledLine plain_line(std::string_view text, TextStyle style = {});

/// The columns it takes.
int columns_of(const StyledLine& line);

std::string text_of(const StyledLine& line);

/// `line` over as many lines of at most `columns` (at least 4 are assumed) as it needs, broken
/// between words where there are some. Those after the first begin with `indent` blanks. Tabs
/// become four blanks.
std::vector<StyledLine> wrapped(const StyledLine& line, int columns, int indent = 0);

/// As much of `whole` as fits into `columns`, with "…" for the rest. Tabs and line ends, which
/// would move the cursor, become blanks.
StyledLine cut(const StyledLine& whole, int columns);

/// `line` with blanks behind it up to `columns`.
StyledLine padded(StyledLine line, int columns);

}  // namespace hearth::agent
