#include "hearth/agent/edit/edit_input.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "hearth/agent/plain_text.h"
#include "hearth/base/json.h"

namespace hearth::agent {
namespace {

std::string lines_joined(const std::vector<std::string_view>& lines, bool ends_with_line_end) {
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    text += lines[i];
    if (i + 1 < lines.size() || ends_with_line_end) text += '\n';
  }
  return text;
}

/// Without a fence around it; nothing if there is none.
std::optional<std::string> without_fence(std::string_view text) {
  auto lines = lines_of(text);
  if (lines.size() < 2 || !trimmed(lines.front()).starts_with("```") ||
      trimmed(lines.back()) != "```") {
    return std::nullopt;
  }
  lines.erase(lines.begin());
  lines.pop_back();
  return lines_joined(lines, false);
}

/// Without the numbers that `read` puts in front, if every line with text has one.
std::optional<std::string> without_line_numbers(std::string_view text) {
  static const RE2 numbered(R"(^\s*(\d+)(?:\t|: ?| ?\| ?|→))");
  auto lines = lines_of(text);
  long last = -1;
  bool any = false;
  for (std::string_view& line : lines) {
    if (trimmed(line).empty()) continue;
    re2::StringPiece rest(line.data(), line.size());
    long number = 0;
    if (!RE2::Consume(&rest, numbered, &number) || number <= last) {
      // A blank line of the file may have lost the separator after its number.
      static const RE2 bare(R"(^\s*(\d+)\s*$)");
      if (!RE2::FullMatch(line, bare, &number) || number <= last) return std::nullopt;
      rest = {};
    }
    last = number;
    line = {rest.data(), rest.size()};
    any = true;
  }
  if (!any) return std::nullopt;
  return lines_joined(lines, text.ends_with('\n'));
}

/// The same for the new text, whose added lines may have no number.
std::string without_any_line_numbers(std::string_view text) {
  static const RE2 numbered(R"(^\s*\d+(?:\t|: ?| ?\| ?|→))");
  auto lines = lines_of(text);
  for (std::string_view& line : lines) {
    re2::StringPiece rest(line.data(), line.size());
    RE2::Consume(&rest, numbered);
    line = {rest.data(), rest.size()};
  }
  return lines_joined(lines, text.ends_with('\n'));
}

std::string with_quotes_unescaped(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape =
        text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\'');
    if (!escape) result += text[i];
  }
  return result;
}

std::string unescaped(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      result += text[i];
      continue;
    }
    const char next = text[++i];
    switch (next) {
      case 'n': result += '\n'; break;
      case 't': result += '\t'; break;
      case 'r': break;
      case '"':
      case '\'':
      case '\\':
      case '/': result += next; break;
      default: result += '\\', result += next;
    }
  }
  return result;
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> entities{{
    {"&lt;", "<"},
    {"&gt;", ">"},
    {"&quot;", "\""},
    {"&#39;", "'"},
    {"&apos;", "'"},
    {"&amp;", "&"},
}};

std::string with_entities_decoded(std::string_view text) {
  std::string result(text);
  // "&amp;" comes last, or "&amp;lt;" would be decoded twice.
  for (const auto& [entity, sign] : entities) {
    for (std::size_t at = result.find(entity); at != std::string::npos;
         at = result.find(entity, at + sign.size())) {
      result.replace(at, entity.size(), sign);
    }
  }
  return result;
}

/// "\u00e9" as the sign that it stands for.
std::string with_code_points_decoded(std::string_view text) {
  static const RE2 escapes(R"(((?:\\u[0-9a-fA-F]{4})+))");
  std::string result;
  re2::StringPiece rest(text.data(), text.size());
  re2::StringPiece before(rest);
  std::string run;
  while (RE2::FindAndConsume(&rest, escapes, &run)) {
    result.append(before.data(), before.size() - rest.size() - run.size());
    // JSON knows about halves of code points.
    const auto decoded = parse_json("\"" + run + "\"");
    result += decoded && decoded->is_string() ? std::string(decoded->get_string()) : run;
    before = rest;
  }
  return result.append(before.data(), before.size());
}

}  // namespace

bool has_entities(std::string_view text) {
  return std::ranges::any_of(entities, [&](const auto& entity) {
    return text.find(entity.first) != std::string_view::npos;
  });
}

std::string without_entities(std::string_view text) {
  return with_entities_decoded(text);
}

std::vector<EditStrings> readings_of(std::string_view wanted, std::string_view replacement) {
  std::vector<EditStrings> readings{{std::string(wanted), std::string(replacement)}};
  const auto add = [&](std::string less_wanted, std::string less_replacement) {
    if (trimmed(less_wanted).empty()) return;
    const bool known = std::ranges::any_of(readings, [&](const EditStrings& reading) {
      return reading.wanted == less_wanted && reading.replacement == less_replacement;
    });
    if (!known) readings.push_back({std::move(less_wanted), std::move(less_replacement)});
  };
  if (auto inner = without_fence(wanted)) {
    add(std::move(*inner), without_fence(replacement).value_or(std::string(replacement)));
  }
  // What was taken off already stays off.
  for (std::size_t i = 0; i < readings.size(); ++i) {
    // A copy: the list grows while it is looked at.
    EditStrings reading;
    reading = readings[i];
    if (auto bare = without_line_numbers(reading.wanted)) {
      add(std::move(*bare), without_any_line_numbers(reading.replacement));
    }
    if (reading.wanted.find('\\') != std::string::npos) {
      add(with_quotes_unescaped(reading.wanted), with_quotes_unescaped(reading.replacement));
      add(unescaped(reading.wanted), unescaped(reading.replacement));
    }
    if (has_entities(reading.wanted)) {
      add(with_entities_decoded(reading.wanted), with_entities_decoded(reading.replacement));
    }
    if (reading.wanted.find("\\u") != std::string::npos) {
      add(with_code_points_decoded(reading.wanted), with_code_points_decoded(reading.replacement));
    }
    constexpr std::size_t enough = 12;
    if (readings.size() > enough) break;
  }
  return readings;
}

bool is_ellipsis(std::string_view line) {
  static const RE2 dots(R"(\s*(?://|#|--|/\*|<!--|;|%)?\s*(?:\.\.\.|…)\s*(?:\*/|-->)?\s*)");
  static const RE2 words(
      R"((?i)\s*(?://|#|--|/\*|<!--|;|%)\s*(?:\.{3}|…)?\s*\(?(?:the )?(?:rest|remaining|existing|unchanged|previous|other|same)\b[^.…]*(?:\.{3}|…)?\s*\)?\s*(?:\*/|-->)?\s*)");
  static const RE2 marked(R"(\s*(?://|#|--|/\*|<!--|;|%)\s*(?:\.{3}|…).*)");
  static const RE2 bracketed(R"(\s*[\[(<](?:\.{3}|…).*[\])>]\s*)");
  if (RE2::FullMatch(line, dots) || RE2::FullMatch(line, marked) ||
      RE2::FullMatch(line, bracketed)) {
    return true;
  }
  return RE2::FullMatch(line, words) && line.find("code") != std::string_view::npos;
}

}  // namespace hearth::agent
