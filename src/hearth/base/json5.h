#pragma once

#include <compare>
#include <map>
#include <string>
#include <string_view>

#include "hearth/base/error.h"
#include "hearth/base/json.h"

namespace hearth {

struct TextPosition {
  int line = 1;    ///< from 1
  int column = 1;  ///< from 1, in bytes

  auto operator<=>(const TextPosition&) const = default;
};

/// A JSON5 document (spec.json5.org 1.0.0) that remembers where its values stand.
struct Json5 {
  json::value value;
  /// JSON Pointer (RFC 6901) of each value to where it begins: its key, for a member of an object.
  std::map<std::string, TextPosition> positions;

  /// The position of `pointer`, or of the nearest value around it that is known.
  [[nodiscard]] TextPosition position(std::string_view pointer) const;
};

/// Parses JSON5: comments, trailing commas, single quotes, unquoted keys, hexadecimal numbers,
/// signs, line continuations. A key that is given twice is an error, since one of the two would be
/// lost; so are Infinity and NaN, which no JSON value can hold. Errors: config, as "line 3, column
/// 7: expected ',' or '}', found 'x'".
Result<Json5> parse_json5(std::string_view text);

/// `key` as a part of a JSON Pointer: '~' and '/' escaped.
std::string pointer_part(std::string_view key);

}  // namespace hearth
