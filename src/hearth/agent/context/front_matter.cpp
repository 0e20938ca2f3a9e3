#include "hearth/agent/context/front_matter.h"

#include "hearth/agent/plain_text.h"

namespace hearth::agent {
namespace {

std::string unquoted(std::string_view value) {
  const bool quoted = value.size() >= 2 && (value.front() == '"' || value.front() == '\'') &&
                      value.back() == value.front();
  return std::string(quoted ? value.substr(1, value.size() - 2) : value);
}

}  // namespace

std::string FrontMatter::field(std::string_view name) const {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string() : found->second;
}

FrontMatter parse_front_matter(std::string_view text) {
  FrontMatter result;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  const auto lines = lines_of(text);
  std::size_t end = 0;
  if (!lines.empty() && trimmed(lines[0]) == "---") {
    for (std::size_t i = 1; i < lines.size() && end == 0; ++i) {
      if (trimmed(lines[i]) == "---") end = i;
    }
  }
  std::string* last = nullptr;
  for (std::size_t i = 1; i < end; ++i) {
    const std::string_view line = lines[i];
    const std::size_t colon = line.find(':');
    const bool goes_on = line.starts_with(' ') || line.starts_with('\t');
    if (goes_on && last != nullptr) {
      const std::string_view more = trimmed(line);
      if (*last == ">" || *last == "|" || *last == ">-" || *last == "|-") last->clear();
      if (!last->empty()) *last += ' ';
      *last += more;
    } else if (colon != std::string_view::npos && !trimmed(line).starts_with('#')) {
      last = &result.fields[std::string(trimmed(line.substr(0, colon)))];
      *last = unquoted(trimmed(line.substr(colon + 1)));
    }
  }
  for (std::size_t i = end == 0 ? 0 : end + 1; i < lines.size(); ++i) {
    result.body.append(lines[i]).append("\n");
  }
  return result;
}

}  // namespace hearth::agent
