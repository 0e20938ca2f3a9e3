#include "hearth/agent/plain_text.h"

#include <fmt/format.h>
#include <re2/re2.h>

namespace hearth::agent {
namespace {

struct EscapeEnd {
  std::size_t at = 0;
  bool whole = true;  ///< false: what ends it has not come
};

/// Where the escape sequence that begins at `at` (which holds ESC) ends.
EscapeEnd end_of_escape(std::string_view text, std::size_t at) {
  std::size_t i = at + 1;
  if (i >= text.size()) return {i, false};
  const char kind = text[i++];
  if (kind == '[') {
    while (i < text.size() && (text[i] < '@' || text[i] > '~')) ++i;
    return {std::min(i + 1, text.size()), i < text.size()};
  }
  if (kind == ']' || kind == 'P' || kind == '_' || kind == '^' || kind == 'X') {
    // A string sequence ends with BEL or ESC \. Unfinished, it swallows its line only.
    while (i < text.size() && text[i] != '\a' && text[i] != '\n') {
      if (text[i] == '\x1b') return {std::min(i + 2, text.size()), i + 1 < text.size()};
      ++i;
    }
    return {i < text.size() && text[i] == '\a' ? i + 1 : i, i < text.size()};
  }
  if (kind == '(' || kind == ')' || kind == '#') {
    return {std::min(i + 1, text.size()), i < text.size()};
  }
  return {i, true};
}

}  // namespace

std::string without_escapes(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == 0x1b) {
      i = end_of_escape(text, i).at;
    } else if (c == '\r') {
      if (i + 1 >= text.size() || text[i + 1] != '\n') plain += '\n';
      ++i;
    } else if (c == 0xc2 && i + 1 < text.size() &&
               static_cast<unsigned char>(text[i + 1]) >= 0x80 &&
               static_cast<unsigned char>(text[i + 1]) <= 0x9f) {
      i += 2;  // the C1 controls: an eight-bit CSI works like ESC [
    } else {
      if ((c >= 0x20 && c != 0x7f) || c == '\n' || c == '\t') plain += static_cast<char>(c);
      ++i;
    }
  }
  return plain;
}

std::string PlainTextStream::add(std::string_view piece) {
  // One that goes on for longer is none.
  constexpr std::size_t most_pending = 4096;
  pending_ += piece;
  std::size_t good = pending_.size();
  for (std::size_t at = pending_.find('\x1b'); at != std::string::npos;) {
    const EscapeEnd end = end_of_escape(pending_, at);
    if (!end.whole && pending_.size() - at < most_pending) {
      good = at;
      break;
    }
    at = pending_.find('\x1b', end.at);
  }
  std::string plain = without_escapes(std::string_view(pending_).substr(0, good));
  pending_.erase(0, good);
  return plain;
}

std::string trimmed_in_the_middle(std::string_view text, std::size_t max) {
  if (text.size() <= max) return std::string(text);
  const std::size_t half = max / 2;
  std::size_t head = half;
  std::size_t tail = text.size() - half;
  const std::size_t line_end = text.rfind('\n', head);
  if (line_end != std::string_view::npos && line_end > half / 2) head = line_end;
  const std::size_t next_line = text.find('\n', tail);
  if (next_line != std::string_view::npos && next_line < tail + half / 2) tail = next_line + 1;
  while (head > 0 && (static_cast<unsigned char>(text[head]) & 0xc0) == 0x80) --head;
  while (tail < text.size() && (static_cast<unsigned char>(text[tail]) & 0xc0) == 0x80) ++tail;
  return fmt::format("{}\n… {} bytes left out …\n{}", text.substr(0, head), tail - head,
                     text.substr(tail));
}

std::string normalised_output(std::string_view text) {
  static const RE2 duration(
      R"((?i)\b\d+(?:\.\d+)?\s?(?:ns|us|µs|ms|s|sec|secs|seconds?|minutes?)\b)");
  static const RE2 labelled(R"((?i)\b(duration_ms|duration|elapsed|time)(["':= ]+)\d+(?:\.\d+)?)");
  static const RE2 clock(R"(\b\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?\b)");
  static const RE2 date(R"(\b\d{4}-\d{2}-\d{2}\b)");
  static const RE2 address(R"(0x[0-9a-fA-F]{4,})");
  static const RE2 temporary(R"(/tmp/[^\s:'"]*?/)");
  static const RE2 object_at(R"(\bat 0x[0-9a-fA-F]+)");
  std::string result(text);
  RE2::GlobalReplace(&result, duration, "<time>");
  RE2::GlobalReplace(&result, labelled, "\\1\\2<time>");
  RE2::GlobalReplace(&result, clock, "<time>");
  RE2::GlobalReplace(&result, date, "<date>");
  RE2::GlobalReplace(&result, object_at, "at <address>");
  RE2::GlobalReplace(&result, address, "<address>");
  RE2::GlobalReplace(&result, temporary, "<tmp>/");
  return result;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

}  // namespace hearth::agent
