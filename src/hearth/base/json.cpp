#include "hearth/base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <utility>

#include "hearth/base/utf8.h"

namespace hearth {
namespace {

bool is_plain(char c) {
  return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
}

/// Which of eight bytes are not plain, as their highest bits: a byte below 0x20, a quote, a
/// backslash (after "Bit Twiddling Hacks", Anderson: a byte of x is zero where (x - 01…) & ~x & 80…
/// is not; above the first such byte the bits may be wrong).
std::uint64_t special_bytes(const char* bytes) {
  constexpr std::uint64_t ones = 0x0101010101010101;
  constexpr std::uint64_t highs = 0x8080808080808080;
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  const auto zeros = [](std::uint64_t x) { return (x - ones) & ~x; };
  const std::uint64_t low = (word - ones * 0x20) & ~word;
  return (low | zeros(word ^ (ones * '"')) | zeros(word ^ (ones * '\\'))) & highs;
}

/// Where plain text that begins at `from` ends.
std::size_t end_of_plain(std::string_view text, std::size_t from) {
  constexpr std::size_t step = 8;
  for (; from + step <= text.size(); from += step) {
    const std::uint64_t special = special_bytes(text.data() + from);
    if (special == 0) continue;
    if constexpr (std::endian::native == std::endian::little) {
      return from + static_cast<std::size_t>(std::countr_zero(special)) / 8;
    }
    break;
  }
  while (from < text.size() && is_plain(text[from])) ++from;
  return from;
}

void write_string(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t at = 0;;) {
    const std::size_t end = end_of_plain(text, at);
    out.append(text, at, end - at);
    if (end == text.size()) break;
    const char c = text[end];
    at = end + 1;
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      default: fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<int>(c));
    }
  }
  out += '"';
}

/// About how long `value` is when it is written; exact but for escapes and numbers.
std::size_t estimate_size(const json::value& value) {
  constexpr std::size_t scalar = 12;
  constexpr std::size_t punctuation = 4;
  std::size_t size = punctuation;
  if (value.is_string()) return size + value.get_string().size();
  if (const json::array* array = value.if_array()) {
    for (const json::value& element : *array) size += estimate_size(element);
  } else if (const json::object* object = value.if_object()) {
    for (const auto& [key, member] : *object) {
      size += key.size() + punctuation + estimate_size(member);
    }
  } else {
    size += scalar;
  }
  return size;
}

/// Boost's own serializer writes 0.5 as 5E-1; here numbers look as people and models write them.
void write_number(std::string& out, double number) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  fmt::format_to(std::back_inserter(out), "{}", number);
}

void write(std::string& out, const json::value& value) {
  bool first = true;
  const auto separate = [&] {
    if (!first) out += ',';
    first = false;
  };
  switch (value.kind()) {
    case json::kind::null: out += "null"; break;
    case json::kind::bool_: out += value.get_bool() ? "true" : "false"; break;
    case json::kind::int64: out += fmt::format_int(value.get_int64()).str(); break;
    case json::kind::uint64: out += fmt::format_int(value.get_uint64()).str(); break;
    case json::kind::double_: write_number(out, value.get_double()); break;
    case json::kind::string: write_string(out, value.get_string()); break;
    case json::kind::array:
      out += '[';
      for (const json::value& element : value.get_array()) {
        separate();
        write(out, element);
      }
      out += ']';
      break;
    case json::kind::object:
      out += '{';
      for (const auto& [key, member] : value.get_object()) {
        separate();
        write_string(out, key);
        out += ':';
        write(out, member);
      }
      out += '}';
      break;
  }
}

bool is_nested(const json::value& value) {
  return value.is_array() || value.is_object();
}

bool holds_nested(const json::value& value) {
  if (const json::array* array = value.if_array()) return std::ranges::any_of(*array, is_nested);
  const json::object* object = value.if_object();
  return object != nullptr &&
         std::ranges::any_of(*object, [](const auto& member) { return is_nested(member.value()); });
}

void write_readable(std::string& out, const json::value& value, std::size_t depth) {
  if (!holds_nested(value)) {
    write(out, value);
    return;
  }
  const auto start_line = [&](std::size_t level, bool first) {
    out += first ? "\n" : ",\n";
    out.append(2 * level, ' ');
  };
  bool first = true;
  if (const json::array* array = value.if_array()) {
    out += '[';
    for (const json::value& element : *array) {
      start_line(depth + 1, std::exchange(first, false));
      write_readable(out, element, depth + 1);
    }
    start_line(depth, true);
    out += ']';
    return;
  }
  out += '{';
  for (const auto& [key, member] : value.get_object()) {
    start_line(depth + 1, std::exchange(first, false));
    write_string(out, key);
    out += ": ";
    write_readable(out, member, depth + 1);
  }
  start_line(depth, true);
  out += '}';
}

constexpr std::size_t escape_size = 6;  // of \uXXXX

/// The number in an escape that begins at `at`, or nothing.
std::optional<unsigned> escaped_unit(std::string_view text, std::size_t at) {
  const std::string_view escape = text.substr(std::min(at, text.size()), escape_size);
  if (escape.size() < escape_size || !escape.starts_with("\\u")) return std::nullopt;
  unsigned unit = 0;
  const char* end = escape.data() + escape.size();
  const auto read = std::from_chars(escape.data() + 2, end, unit, 16);
  return read.ptr == end ? std::optional(unit) : std::nullopt;
}

bool is_leading(unsigned unit) {
  return unit >= 0xD800 && unit < 0xDC00;
}

bool is_trailing(unsigned unit) {
  return unit >= 0xDC00 && unit < 0xE000;
}

}  // namespace

std::vector<LoneSurrogate> lone_surrogates(std::string_view text) {
  std::vector<LoneSurrogate> found;
  for (std::size_t at = 0; (at = text.find('\\', at)) != std::string_view::npos;) {
    const auto unit = escaped_unit(text, at);
    if (!unit) {
      at += 2;
      continue;
    }
    if (is_leading(*unit)) {
      const auto next = escaped_unit(text, at + escape_size);
      if (next && is_trailing(*next)) {
        at += escape_size;
      } else {
        found.push_back({at, true});
      }
    } else if (is_trailing(*unit)) {
      found.push_back({at, false});
    }
    at += escape_size;
  }
  return found;
}

Result<json::value> parse_json(std::string_view text, const json::storage_ptr& storage) {
  json::parse_options options;
  options.max_depth = json_max_depth;
  json::stream_parser parser({}, options);
  parser.reset(storage);
  json::error_code ec;
  const std::size_t read = parser.write_some(text.data(), text.size(), ec);
  if (!ec) parser.finish(ec);
  if (!ec && read < text.size()) {
    const auto rest = text.find_first_not_of(" \t\r\n", read);
    if (rest != std::string_view::npos) ec = json::error::extra_data;
  }
  // Boost's parser takes no lone surrogate, and says of most no more than that something is wrong.
  if (const auto lone = ec ? lone_surrogates(text) : std::vector<LoneSurrogate>(); !lone.empty()) {
    std::string readable(text);
    for (const LoneSurrogate& half : lone) readable.replace(half.at, escape_size, "\\ufffd");
    return parse_json(readable, storage);
  }
  if (ec == json::error::too_deep) {
    return fail(ErrorKind::invalid_request,
                fmt::format("the JSON nests deeper than {} levels", json_max_depth));
  }
  if (ec == json::error::incomplete &&
      text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return fail(ErrorKind::invalid_request, "JSON was expected, and nothing came");
  }
  if (ec == json::error::incomplete) {
    return fail(ErrorKind::invalid_request,
                fmt::format("the JSON ends early, after {} bytes", text.size()));
  }
  if (ec) {
    return fail(ErrorKind::invalid_request,
                fmt::format("malformed JSON at byte {}: {}", read,
                            is_valid_utf8(text) ? ec.message() : "it is not valid UTF-8"));
  }
  return parser.release();
}

std::string to_json(const json::value& value) {
  std::string out;
  const std::size_t size = estimate_size(value);
  out.reserve(size + size / 16);
  write(out, value);
  return out;
}

std::string to_readable_json(const json::value& value) {
  std::string out;
  write_readable(out, value, 0);
  return out;
}

const json::value* find(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && !value->is_null() ? value : nullptr;
}

const json::object* find_object(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr ? value->if_object() : nullptr;
}

const json::array* find_array(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr ? value->if_array() : nullptr;
}

std::optional<std::string_view> find_string(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string_view(value->get_string());
}

std::optional<double> find_number(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

std::optional<std::int64_t> find_int(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_int64()) return value->get_int64();
  if (value->is_uint64() && value->get_uint64() <= INT64_MAX) {
    return static_cast<std::int64_t>(value->get_uint64());
  }
  if (value->is_double()) {
    const double number = value->get_double();
    if (std::abs(number) < 9.0e15 && number == std::floor(number)) {
      return static_cast<std::int64_t>(number);
    }
  }
  return std::nullopt;
}

std::optional<bool> find_bool(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_bool()) return std::nullopt;
  return value->get_bool();
}

std::string_view kind_in_words(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null: return "null";
    case json::kind::bool_: return "a boolean";
    case json::kind::int64:
    case json::kind::uint64:
    case json::kind::double_: return "a number";
    case json::kind::string: return "a string";
    case json::kind::array: return "an array";
    case json::kind::object: return "an object";
  }
  return "a value";
}

}  // namespace hearth
