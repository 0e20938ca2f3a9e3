#include "hearth/agent/code_block.h"

#include <re2/re2.h>

#include <vector>

#include "hearth/agent/plain_text.h"

namespace hearth::agent {
namespace {

/// The number of back quotes or tildes that open or close a block on this line; 0 if none do.
std::size_t fence_length(std::string_view line) {
  const std::string_view text = trimmed(line);
  if (text.empty() || (text[0] != '`' && text[0] != '~')) return 0;
  const std::size_t end = text.find_first_not_of(text[0]);
  const std::size_t length = end == std::string_view::npos ? text.size() : end;
  return length >= 3 ? length : 0;
}

std::string_view label_of(std::string_view fence_line) {
  const std::string_view text = trimmed(fence_line);
  const std::size_t end = text.find_first_not_of(text.empty() ? '`' : text[0]);
  return end == std::string_view::npos ? std::string_view() : trimmed(text.substr(end));
}

/// "src/date.cpp", "`date.cpp`:", "File: date.cpp": a line that names a file and is no code.
bool is_path_line(std::string_view line) {
  static const RE2 path(
      R"((?i)\s*(?:(?://|#|--)?\s*)?(?:file(?:name)?\s*[:=]?\s*)?[`*"]*[\w./-]+\.(?:py|js|mjs|cjs|ts|go|cc|cpp|cxx|c|h|hpp|rs|java|kt|rb|php|cs|swift)[`*"]*:?\s*)");
  return RE2::FullMatch(line, path);
}

std::string joined(const std::vector<std::string_view>& lines) {
  std::string text;
  for (const std::string_view line : lines) {
    text += line;
    text += '\n';
  }
  return text;
}

}  // namespace

std::optional<CodeBlock> find_code_block(std::string_view answer, bool may_be_bare) {
  const auto lines = lines_of(answer);
  const bool last_line_whole = answer.ends_with('\n');
  std::size_t at = 0;
  while (at < lines.size()) {
    if (fence_length(lines[at]) == 0) {
      ++at;
      continue;
    }
    const std::size_t opening = fence_length(lines[at]);
    std::vector<std::string_view> code;
    std::size_t i = at + 1;
    bool closed = false;
    bool nested = false;
    for (; i < lines.size(); ++i) {
      const std::size_t fence = fence_length(lines[i]);
      if (fence == 0) {
        code.push_back(lines[i]);
        continue;
      }
      // A fence with a label, before there was code: a block inside a block.
      const bool nothing_yet =
          trimmed(joined(code)).empty() || (code.size() == 1 && is_path_line(code[0]));
      if (!label_of(lines[i]).empty() && nothing_yet) {
        nested = true;
        break;
      }
      if (label_of(lines[i]).empty() && (fence >= opening || fence >= 3)) {
        closed = i + 1 < lines.size() || last_line_whole || fence >= opening;
        break;
      }
      code.push_back(lines[i]);
    }
    if (nested) {
      at = i;
      continue;
    }
    if (!code.empty() && is_path_line(code.front())) code.erase(code.begin());
    if (!trimmed(joined(code)).empty()) return CodeBlock{joined(code), closed};
    at = i + 1;
  }
  if (may_be_bare && !trimmed(answer).empty()) return CodeBlock{joined(lines), false};
  return std::nullopt;
}

}  // namespace hearth::agent
