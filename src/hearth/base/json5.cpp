#include "hearth/base/json5.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

#include "hearth/base/utf8.h"

namespace hearth {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         (static_cast<unsigned char>(c) & 0x80) != 0;
}

bool is_name_part(char c) {
  return is_name_start(c) || is_digit(c);
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto byte = [&](std::uint32_t value) { out += static_cast<char>(value); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0 | (code >> 6));
    byte(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    byte(0xE0 | (code >> 12));
    byte(0x80 | ((code >> 6) & 0x3F));
    byte(0x80 | (code & 0x3F));
  } else {
    byte(0xF0 | (code >> 18));
    byte(0x80 | ((code >> 12) & 0x3F));
    byte(0x80 | ((code >> 6) & 0x3F));
    byte(0x80 | (code & 0x3F));
  }
}

/// Recursive descent. The first failure is kept in `error_`; every step returns false after it.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Json5> run() {
    Json5 out;
    if (!is_valid_utf8(text_)) {
      fail_here("the text is not valid UTF-8");
    } else if (value(out.value, "", 0) && blank() && at_ < text_.size()) {
      unexpected("the end");
    }
    if (error_) return std::unexpected(std::move(*error_));
    out.positions = std::move(positions_);
    return out;
  }

 private:
  [[nodiscard]] TextPosition position(std::size_t offset) const {
    const std::string_view before = text_.substr(0, offset);
    const std::size_t line_end = before.rfind('\n');
    const std::size_t line_start = line_end == std::string_view::npos ? 0 : line_end + 1;
    return {static_cast<int>(std::ranges::count(before, '\n')) + 1,
            static_cast<int>(offset - line_start) + 1};
  }

  bool fail_at(std::size_t offset, std::string_view what) {
    if (!error_) {
      const TextPosition where = position(offset);
      error_ = Error{ErrorKind::config,
                     fmt::format("line {}, column {}: {}", where.line, where.column, what)};
    }
    return false;
  }

  bool fail_here(std::string_view what) { return fail_at(at_, what); }

  bool unexpected(std::string_view expected) {
    if (at_ >= text_.size()) return fail_here(fmt::format("expected {}, found the end", expected));
    std::size_t length = 1;
    while (at_ + length < text_.size() && (text_[at_ + length] & 0xC0) == 0x80) ++length;
    return fail_here(fmt::format("expected {}, found '{}'", expected, text_.substr(at_, length)));
  }

  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  [[nodiscard]] bool next_is(std::string_view word) const {
    return text_.substr(at_).starts_with(word);
  }

  /// Skips white space and comments. False: a comment does not end.
  bool blank() {
    while (at_ < text_.size()) {
      if (next_is("//")) {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (next_is("/*")) {
        const std::size_t end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return fail_here("this comment does not end");
        at_ = end + 2;
      } else if (next_is("\xC2\xA0")) {
        at_ += 2;
      } else if (next_is("\xEF\xBB\xBF")) {
        at_ += 3;
      } else if (std::string_view(" \t\r\n\v\f").find(text_[at_]) != std::string_view::npos) {
        ++at_;
      } else {
        break;
      }
    }
    return true;
  }

  bool value(json::value& out, const std::string& pointer, std::size_t depth) {
    if (!blank()) return false;
    positions_.try_emplace(pointer, position(at_));
    if (depth > json_max_depth) {
      return fail_here(fmt::format("more than {} levels", json_max_depth));
    }
    const char c = peek();
    if (c == '{') return object(out.emplace_object(), pointer, depth);
    if (c == '[') return array(out.emplace_array(), pointer, depth);
    if (c == '"' || c == '\'') {
      std::string text;
      if (!string(text)) return false;
      out = text;
      return true;
    }
    if (is_digit(c) || c == '.' || c == '+' || c == '-') return number(out);
    if (is_name_start(c)) return word(out);
    return unexpected("a value");
  }

  bool word(json::value& out) {
    const std::size_t begin = at_;
    while (is_name_part(peek())) ++at_;
    const std::string_view name = text_.substr(begin, at_ - begin);
    if (name == "true") {
      out = true;
    } else if (name == "false") {
      out = false;
    } else if (name == "null") {
      out = nullptr;
    } else if (name == "Infinity" || name == "NaN") {
      return fail_at(begin, fmt::format("{} has no value in JSON; write a number", name));
    } else {
      return fail_at(begin,
                     fmt::format("expected a value, found the word {}; a text needs quotes", name));
    }
    return true;
  }

  bool object(json::object& out, const std::string& pointer, std::size_t depth) {
    ++at_;
    while (true) {
      if (!blank()) return false;
      if (peek() == '}') break;
      const std::size_t begin = at_;
      std::string key;
      if (!this->key(key) || !blank()) return false;
      if (out.contains(key)) return fail_at(begin, fmt::format("the key {} is given twice", key));
      if (peek() != ':') return unexpected("':'");
      ++at_;
      const std::string inner = pointer + "/" + pointer_part(key);
      positions_.try_emplace(inner, position(begin));
      if (!value(out[key], inner, depth + 1) || !blank()) return false;
      if (peek() == ',') {
        ++at_;
      } else if (peek() != '}') {
        return unexpected("',' or '}'");
      }
    }
    ++at_;
    return true;
  }

  bool array(json::array& out, const std::string& pointer, std::size_t depth) {
    ++at_;
    while (true) {
      if (!blank()) return false;
      if (peek() == ']') break;
      const std::string inner = fmt::format("{}/{}", pointer, out.size());
      json::value item;
      if (!value(item, inner, depth + 1) || !blank()) return false;
      out.push_back(std::move(item));
      if (peek() == ',') {
        ++at_;
      } else if (peek() != ']') {
        return unexpected("',' or ']'");
      }
    }
    ++at_;
    return true;
  }

  bool key(std::string& out) {
    if (peek() == '"' || peek() == '\'') return string(out);
    if (!is_name_start(peek())) return unexpected("a key or '}'");
    const std::size_t begin = at_;
    while (is_name_part(peek())) ++at_;
    out = text_.substr(begin, at_ - begin);
    return true;
  }

  bool string(std::string& out) {
    const std::size_t begin = at_;
    const char quote = text_[at_++];
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == quote) {
        ++at_;
        return true;
      }
      if (c == '\n' || c == '\r') return fail_at(begin, "this text does not end on its line");
      if (c != '\\') {
        out += c;
        ++at_;
      } else if (++at_; !escape(out)) {
        return false;
      }
    }
    return fail_at(begin, "this text does not end");
  }

  bool escape(std::string& out) {
    const char c = peek();
    if (at_ >= text_.size()) return unexpected("the rest of an escape");
    ++at_;
    switch (c) {
      case 'b': out += '\b'; return true;
      case 'f': out += '\f'; return true;
      case 'n': out += '\n'; return true;
      case 'r': out += '\r'; return true;
      case 't': out += '\t'; return true;
      case 'v': out += '\v'; return true;
      case '0': out += '\0'; return true;
      case '\n': return true;
      case '\r':
        if (peek() == '\n') ++at_;
        return true;
      case 'x': return code_escape(out, 2);
      case 'u': return code_escape(out, 4);
      default: out += c; return true;
    }
  }

  std::optional<std::uint32_t> hexadecimal(std::size_t digits) {
    const std::string_view text = text_.substr(at_, digits);
    std::uint32_t code = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), code, 16);
    if (ec != std::errc{} || end != text.data() + digits || text.size() < digits) {
      return std::nullopt;
    }
    at_ += digits;
    return code;
  }

  bool code_escape(std::string& out, std::size_t digits) {
    auto code = hexadecimal(digits);
    if (!code) return fail_here(fmt::format("expected {} hexadecimal digits", digits));
    if (*code >= 0xD800 && *code < 0xDC00 && next_is("\\u")) {
      at_ += 2;
      const auto low = hexadecimal(4);
      if (!low || *low < 0xDC00 || *low > 0xDFFF) return fail_here("half of a surrogate pair");
      code = 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00);
    }
    if (*code >= 0xD800 && *code <= 0xDFFF) return fail_here("half of a surrogate pair");
    append_utf8(out, *code);
    return true;
  }

  bool number(json::value& out) {
    const std::size_t begin = at_;
    const bool negative = peek() == '-';
    if (negative || peek() == '+') ++at_;
    if (next_is("Infinity") || next_is("NaN")) {
      return fail_at(begin, "Infinity and NaN have no value in JSON; write a number");
    }
    const char* end = text_.data() + text_.size();
    const char* stop = nullptr;
    if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'X')) {
      at_ += 2;
      std::int64_t whole = 0;
      const auto read = std::from_chars(text_.data() + at_, end, whole, 16);
      if (read.ec != std::errc{} || whole < 0) return fail_at(begin, "malformed number");
      out = negative ? -whole : whole;
      stop = read.ptr;
    } else {
      if (!is_digit(peek()) && !(peek() == '.' && is_digit(peek(1)))) return unexpected("a digit");
      double number = 0;
      const auto read = std::from_chars(text_.data() + at_, end, number);
      if (read.ec != std::errc{}) return fail_at(begin, "malformed number");
      stop = read.ptr;
      std::int64_t whole = 0;
      const auto as_whole = std::from_chars(text_.data() + at_, read.ptr, whole);
      if (as_whole.ec == std::errc{} && as_whole.ptr == read.ptr) {
        out = negative ? -whole : whole;
      } else {
        out = negative ? -number : number;
      }
    }
    at_ = static_cast<std::size_t>(stop - text_.data());
    if (is_name_part(peek()) || peek() == '.') return fail_at(begin, "malformed number");
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::map<std::string, TextPosition> positions_;
  std::optional<Error> error_;
};

}  // namespace

TextPosition Json5::position(std::string_view pointer) const {
  while (true) {
    const auto found = positions.find(std::string(pointer));
    if (found != positions.end()) return found->second;
    const std::size_t slash = pointer.rfind('/');
    if (slash == std::string_view::npos) return {};
    pointer = pointer.substr(0, slash);
  }
}

Result<Json5> parse_json5(std::string_view text) {
  return Parser(text).run();
}

std::string pointer_part(std::string_view key) {
  std::string part;
  for (const char c : key) {
    if (c == '~') {
      part += "~0";
    } else if (c == '/') {
      part += "~1";
    } else {
      part += c;
    }
  }
  return part;
}

}  // namespace hearth
