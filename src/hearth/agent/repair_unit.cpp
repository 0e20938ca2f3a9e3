#include "hearth/agent/repair_unit.h"

#include <re2/re2.h>

#include <algorithm>

#include "hearth/agent/plain_text.h"

namespace hearth::agent {
namespace {

using Lines = std::vector<std::string_view>;

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    text += line;
    text += '\n';
  }
  return text;
}

std::string_view indentation_of(std::string_view line) {
  return line.substr(0, std::min(line.find_first_not_of(" \t"), line.size()));
}

bool by_indentation(std::string_view language) {
  return language == "python";
}

bool is_function_head(std::string_view line, std::string_view language) {
  const std::string_view text = trimmed(line);
  if (by_indentation(language)) return text.starts_with("def ") || text.starts_with("async def ");
  static const RE2 control(
      R"(^(?:\}\s*)?(?:if|else|for|while|switch|catch|do|try|return|case|match|loop|select|unsafe|namespace|using|struct|class|enum|union|interface|type|impl|trait|module|package|extern|export default \{)\b)");
  return text.ends_with('{') && text.find('(') != std::string_view::npos &&
         !RE2::PartialMatch(text, control);
}

/// Brackets in strings and comments are rare enough at the ends of functions not to be parsed.
int brace_balance(std::string_view line) {
  int balance = 0;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote != 0) {
      if (c == '\\') {
        ++i;
      } else if (c == quote) {
        quote = 0;
      }
    } else if (c == '"' ||
               (c == '\'' && i + 2 < line.size() && (line[i + 2] == '\'' || line[i + 1] == '\\'))) {
      quote = c;
    } else if (c == '/' && line.substr(i).starts_with("//")) {
      break;
    } else {
      balance += (c == '{') - (c == '}');
    }
  }
  return balance;
}

std::size_t block_end(const Lines& lines, std::size_t head, std::string_view language) {
  if (by_indentation(language)) {
    const std::size_t indent = indentation_of(lines[head]).size();
    std::size_t end = head + 1;
    for (std::size_t i = head + 1; i < lines.size(); ++i) {
      if (trimmed(lines[i]).empty()) continue;
      const bool closes_head = end == head + 1 && trimmed(lines[i]).starts_with(")");
      if (indentation_of(lines[i]).size() <= indent && !closes_head) break;
      end = i + 1;
    }
    return end;
  }
  int depth = 0;
  for (std::size_t i = head; i < lines.size(); ++i) {
    depth += brace_balance(lines[i]);
    if (depth <= 0) return i + 1;
  }
  return lines.size();
}

/// The answer's lines at the indentation of the place they go to.
std::vector<std::string> reindented(const Lines& lines, std::string_view indentation) {
  std::vector<std::string> result;
  const std::string_view own = lines.empty() ? "" : indentation_of(lines.front());
  for (const std::string_view line : lines) {
    if (trimmed(line).empty()) {
      result.emplace_back();
    } else if (line.starts_with(own)) {
      result.push_back(std::string(indentation) + std::string(line.substr(own.size())));
    } else {
      // Less indented than the answer's own first line: that line had been cut at its text.
      result.emplace_back(own.empty() ? std::string(indentation) + std::string(line)
                                      : std::string(line));
    }
  }
  return result;
}

/// A first line without indentation followed by lines that have the file's: the model wrote the
/// line as it was quoted to it and copied the rest. Then the rest is right as it is.
bool only_first_is_cut(const Lines& lines, std::string_view indentation) {
  if (lines.size() < 2 || indentation.empty() || !indentation_of(lines[0]).empty()) return false;
  return std::all_of(lines.begin() + 1, lines.end(),
                     [&](std::string_view line) {
                       return trimmed(line).empty() || line.starts_with(indentation) ||
                              line.size() - trimmed(line).size() + 4 >= indentation.size();
                     }) &&
         indentation_of(lines[1]).size() >= indentation.size();
}

}  // namespace

std::vector<RepairUnit> functions_of(std::string_view code, std::string_view language) {
  const Lines lines = lines_of(code);
  std::vector<RepairUnit> units;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!is_function_head(lines[i], language)) continue;
    const std::size_t end = block_end(lines, i, language);
    if (end > i + 1) units.push_back({RepairUnit::Kind::function, i, end});
  }
  return units;
}

std::string_view function_name(std::string_view head) {
  static const RE2 name(R"(([A-Za-z_]\w*)\s*\()");
  re2::StringPiece found;
  if (!RE2::PartialMatch(head, name, &found)) return {};
  return {found.data(), found.size()};
}

std::vector<RepairUnit> lines_worth_asking(std::string_view code, std::string_view language) {
  static const RE2 dull(
      R"(^(?:[{}()\[\];,]*|#\s*\w+.*|//.*|/?\*.*|import\b.*|from\b.*import.*|package\b.*|using\b.*|use\b.*|require\b.*|@\w+.*|"""\s*|'''\s*|(?:\}\s*)?else\s*[:{]?|try\s*[:{]|break;?|continue;?|pass|default:|public:|private:|protected:|(?:export\s+)?(?:class|struct|namespace|interface|enum|impl)\b.*)$)");
  const Lines lines = lines_of(code);
  std::vector<RepairUnit> units;
  bool in_docstring = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view text = trimmed(lines[i]);
    if (by_indentation(language)) {
      const bool opens = text.starts_with("\"\"\"") || text.starts_with("'''");
      if (in_docstring || opens) {
        const std::string_view rest = opens && !in_docstring ? text.substr(3) : text;
        const bool closes = rest.ends_with("\"\"\"") || rest.ends_with("'''");
        in_docstring = !closes;
        continue;
      }
    }
    if (RE2::FullMatch(text, dull) || is_function_head(lines[i], language)) continue;
    units.push_back({RepairUnit::Kind::line, i, i + 1});
  }
  static const RE2 decides(
      R"([<>]=?|[=!]==?|\+=|-=|\*=|/=|\+\+|--|[\w)\]]\s*[-+*/%]\s*[\w(]|\b(?:if|elif|while|for|return|and|or|not|range)\b|&&|\|\|)");
  std::ranges::stable_partition(
      units, [&](const RepairUnit& unit) { return RE2::PartialMatch(lines[unit.begin], decides); });
  return units;
}

bool cut_at_following_code(std::string_view code, const RepairUnit& unit, std::string& answer) {
  const Lines lines = lines_of(code);
  // An unfinished last line says nothing yet.
  const std::size_t whole = answer.rfind('\n');
  if (unit.kind != RepairUnit::Kind::line || whole == std::string::npos) return false;
  const Lines written = lines_of(std::string_view(answer).substr(0, whole));
  std::string_view following;
  for (std::size_t i = unit.end; i < lines.size() && following.empty(); ++i) {
    following = trimmed(lines[i]);
  }
  if (following.empty()) return false;
  for (std::size_t i = 1; i < written.size(); ++i) {
    if (trimmed(written[i]) != following) continue;
    // The line itself may stand before it, or not: a function given whole is another matter.
    const bool from_above = std::ranges::any_of(
        lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(unit.begin),
        [&](std::string_view line) {
          return !trimmed(line).empty() && trimmed(line) == trimmed(written.front());
        });
    if (from_above) return false;
    answer.resize(static_cast<std::size_t>(written[i].data() - answer.data()));
    return true;
  }
  return false;
}

std::string sameness_key(std::string_view code, std::string_view language) {
  const std::string_view mark = language == "python" || language == "ruby" ? "#" : "//";
  std::string key;
  for (std::string_view line : lines_of(code)) {
    const std::size_t comment = line.find(mark);
    const bool quoted = line.find_first_of("\"'`") < comment;
    if (comment != std::string_view::npos && !quoted) line = line.substr(0, comment);
    const std::size_t end = line.find_last_not_of(" \t\r");
    if (end == std::string_view::npos) continue;
    key += line.substr(0, end + 1);
    key += '\n';
  }
  return key;
}

std::optional<std::string> with_unit_replaced(std::string_view code, std::string_view language,
                                              const RepairUnit& unit, std::string_view answer) {
  std::string result;
  if (unit.kind == RepairUnit::Kind::file) {
    result = answer;
  } else {
    const Lines lines = lines_of(code);
    Lines written = lines_of(answer);
    while (!written.empty() && trimmed(written.front()).empty()) written.erase(written.begin());
    while (!written.empty() && trimmed(written.back()).empty()) written.pop_back();
    if (written.empty()) return std::nullopt;
    RepairUnit place = unit;
    for (const RepairUnit& function : functions_of(code, language)) {
      if (written.size() > 1 && trimmed(lines[function.begin]) == trimmed(written.front())) {
        place = function;
      }
    }
    if (place.kind == RepairUnit::Kind::line) {
      // As many neighbours as the answer may have quoted around the line.
      constexpr std::size_t reach = 6;
      const auto repeats = [&](std::string_view line, std::size_t from, std::size_t to) {
        for (std::size_t i = from; i < std::min(to, lines.size()); ++i) {
          if (trimmed(lines[i]) == trimmed(line)) return true;
        }
        return false;
      };
      const std::size_t before = place.begin - std::min(place.begin, reach);
      while (written.size() > 1 && repeats(written.front(), before, place.begin)) {
        written.erase(written.begin());
      }
      while (written.size() > 1 && repeats(written.back(), place.end, place.end + reach)) {
        written.pop_back();
      }
    }
    const std::string_view indentation = indentation_of(lines[place.begin]);
    std::vector<std::string> all(lines.begin(),
                                 lines.begin() + static_cast<std::ptrdiff_t>(place.begin));
    if (only_first_is_cut(written, indentation)) {
      all.push_back(std::string(indentation) + std::string(written.front()));
      all.insert(all.end(), written.begin() + 1, written.end());
    } else {
      for (std::string& line : reindented(written, indentation)) all.push_back(std::move(line));
    }
    all.insert(all.end(), lines.begin() + static_cast<std::ptrdiff_t>(place.end), lines.end());
    result = joined(all);
  }
  if (sameness_key(result, language) == sameness_key(code, language)) return std::nullopt;
  return result;
}

std::optional<std::string> merged(std::string_view base, std::string_view a, std::string_view b) {
  struct Hunk {
    std::size_t begin;
    std::size_t end;
    Lines replacement;
  };
  const Lines base_lines = lines_of(base);
  const auto hunk_of = [&](std::string_view text) {
    Lines lines = lines_of(text);
    std::size_t head = 0;
    while (head < lines.size() && head < base_lines.size() && lines[head] == base_lines[head]) {
      ++head;
    }
    std::size_t tail = 0;
    while (tail < lines.size() - head && tail < base_lines.size() - head &&
           lines[lines.size() - 1 - tail] == base_lines[base_lines.size() - 1 - tail]) {
      ++tail;
    }
    return Hunk{head, base_lines.size() - tail,
                Lines(lines.begin() + static_cast<std::ptrdiff_t>(head),
                      lines.end() - static_cast<std::ptrdiff_t>(tail))};
  };
  Hunk first = hunk_of(a);
  Hunk second = hunk_of(b);
  if (second.begin < first.begin) std::swap(first, second);
  if (first.end > second.begin || first.begin == second.begin) return std::nullopt;
  std::vector<std::string> all;
  const auto copy = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) all.emplace_back(base_lines[i]);
  };
  copy(0, first.begin);
  all.insert(all.end(), first.replacement.begin(), first.replacement.end());
  copy(first.end, second.begin);
  all.insert(all.end(), second.replacement.begin(), second.replacement.end());
  copy(second.end, base_lines.size());
  return joined(all);
}

}  // namespace hearth::agent
