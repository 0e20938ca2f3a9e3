#pragma once

#include <boost/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/base/error.h"

namespace hearth {

/// Boost.JSON is the project's one JSON library. Objects keep the order of their keys, so what is
/// parsed and written again keeps its bytes' order.
namespace json = boost::json;

/// Nesting deeper than this is refused; real requests nest less than 40 levels.
inline constexpr std::size_t json_max_depth = 256;

/// Half of a code point above U+FFFF in a JSON text, escaped (`\ud83d`), without its other half.
struct LoneSurrogate {
  std::size_t at = 0;  ///< of its six bytes
  bool leading = false;
};

/// Those of `text`, in order. Cost: O(text.size()).
std::vector<LoneSurrogate> lone_surrogates(std::string_view text);

/// Parses one JSON text (RFC 8259, valid UTF-8, at most `json_max_depth` levels). A lone surrogate,
/// which JSON allows and no UTF-8 can hold, is read as U+FFFD.
/// `storage`: where the value is kept; what is copied of it is kept elsewhere.
/// Errors: invalid_request, with the byte offset and what was wrong there.
Result<json::value> parse_json(std::string_view text, const json::storage_ptr& storage = {});

/// The compact form. Equal values with equal key order give equal bytes.
std::string to_json(const json::value& value);

/// For people to read and edit: two spaces a level, what holds only scalars on one line.
std::string to_readable_json(const json::value& value);

/// The member of `object` under `key`, or null if there is none or it is JSON null.
const json::value* find(const json::object& object, std::string_view key);
const json::object* find_object(const json::object& object, std::string_view key);
const json::array* find_array(const json::object& object, std::string_view key);
/// A view into `object`; empty optional if missing or not a string.
std::optional<std::string_view> find_string(const json::object& object, std::string_view key);
/// Accepts any JSON number.
std::optional<double> find_number(const json::object& object, std::string_view key);
/// Accepts integers, and floating numbers that are whole.
std::optional<std::int64_t> find_int(const json::object& object, std::string_view key);
std::optional<bool> find_bool(const json::object& object, std::string_view key);

/// "a string", "an object", …: the value's kind in words, for messages.
std::string_view kind_in_words(const json::value& value);

}  // namespace hearth
