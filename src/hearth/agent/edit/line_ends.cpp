#include "hearth/agent/edit/line_ends.h"

namespace hearth::agent {
namespace {

bool is_lone_line_feed(std::string_view text, std::size_t i) {
  return text[i] == '\n' && (i == 0 || text[i - 1] != '\r');
}

}  // namespace

std::string_view line_end_at(std::string_view text, std::size_t at) {
  std::size_t feed = text.find('\n', at);
  if (feed == std::string_view::npos) feed = text.rfind('\n');
  return feed == std::string_view::npos || is_lone_line_feed(text, feed) ? "\n" : "\r\n";
}

std::string with_line_ends(std::string_view text, std::string_view end) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_lone_line_feed(text, i)) {
      result += end;
    } else {
      result += text[i];
    }
  }
  return result;
}

bool has_lone_line_feed(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_lone_line_feed(text, i)) return true;
  }
  return false;
}

}  // namespace hearth::agent
